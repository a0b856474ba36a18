import { sql } from 'kysely';
import { integrationDatabase, until, type IntegrationContext } from '#testing';
import { DirtyClaimer, type DirtyLook } from './dirty.claimer.ts';
import { markDirty, releaseDirty } from './dirty.store.ts';

let context: IntegrationContext;

beforeAll(async () => {
  context = await integrationDatabase('claimer');
});
beforeEach(async () => {
  await context.clear();
  await context.addConnection();
});
afterAll(() => context[Symbol.asyncDispose]());

const claimer = (lingerMs = 0): DirtyClaimer =>
  new DirtyClaimer({ db: context.db, owner: 'me', leaseMs: 60_000, limit: 2, lingerMs });
const add = (...recordIds: string[]): Promise<void> =>
  markDirty(
    context.db,
    recordIds.map((recordId) => ({ connectionId: 'c1', module: 'Leads', recordId, reason: 'notification' })),
  );
const idsOf = (look: DirtyLook): string[] | string =>
  typeof look === 'string' ? look : look.batch.records.map(({ recordId }) => recordId).toSorted();

describe('DirtyClaimer', () => {
  it('gives readers that look at the same moment a batch each, under names of their own', async () => {
    await add('1', '2', '3');
    const one = claimer();
    const looks = await Promise.all([one.next(), one.next(), one.next()]);
    expect(looks.map(idsOf)).toEqual([['1', '2'], ['3'], 'none']);
    const owners = looks.map((look) => (typeof look === 'string' ? null : look.owner));
    expect(new Set(owners).size).toBe(3);
  });

  it('asks the database once for all who wait while there is nothing, and again for who comes later', async () => {
    let asked = 0;
    const counted = new Proxy(context.db, {
      get(target, name) {
        if (name === 'getExecutor') asked += 1;
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const one = new DirtyClaimer({ db: counted, owner: 'me', leaseMs: 60_000, limit: 2 });
    expect(await Promise.all([one.next(), one.next(), one.next()])).toEqual(['none', 'none', 'none']);
    expect(asked).toBe(1);
    await add('1');
    expect(idsOf(await one.next())).toEqual(['1']);
  });

  it('lingers while a connection was served a moment ago, then gives what came meanwhile in one batch', async () => {
    await add('1');
    const one = claimer(300);
    const first = await one.next();
    if (typeof first === 'string') throw new Error('there was nothing to claim');
    await releaseDirty(context.db, { ...first, done: first.batch.records, again: [] });
    await add('2');
    const [look, next] = [one.next(), one.next()];
    await add('3');
    expect([idsOf(await look), idsOf(await next)]).toContainEqual(['2', '3']);
    await until(
      async () =>
        (await sql`select from webhooks.dirty where lease_owner is null`.execute(context.db)).rows.length === 0,
    );
  });

  it('goes on after the database failed', async () => {
    const broken = new DirtyClaimer({ db: context.db, owner: 'me', leaseMs: Number.NaN, limit: 2 });
    await add('1');
    await expect(broken.next()).rejects.toThrow(/interval/);
    await expect(broken.next()).rejects.toThrow(/interval/);
    expect(idsOf(await claimer().next())).toEqual(['1']);
  });
});
