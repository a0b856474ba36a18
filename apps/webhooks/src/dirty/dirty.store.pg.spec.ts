import { sql } from 'kysely';
import { integrationDatabase, type IntegrationContext } from '#testing';
import {
  isDirty,
  claimDirty,
  heldDirty,
  markDirty,
  releaseDirty,
  type DirtyBatch,
  type DirtyMark,
} from './dirty.store.ts';

let context: IntegrationContext;

beforeAll(async () => {
  context = await integrationDatabase('dirty');
});
beforeEach(async () => {
  await context.clear();
  await context.addConnection();
  await context.addConnection({ id: 'c2', tenantId: 'other' });
});
afterAll(() => context[Symbol.asyncDispose]());

const mark = (recordId: string, seed: Partial<DirtyMark> = {}): DirtyMark => {
  return { connectionId: 'c1', module: 'Leads', recordId, reason: 'notification', ...seed };
};
const add = (...marks: (string | DirtyMark)[]): Promise<void> =>
  markDirty(
    context.db,
    marks.map((each) => (typeof each === 'string' ? mark(each) : each)),
  );
const claim = (seed: Partial<Parameters<typeof claimDirty>[1]> = {}): Promise<DirtyBatch | null> =>
  claimDirty(context.db, { owner: 'me', leaseMs: 60_000, limit: 100, ...seed });

async function claimed(seed: Parameters<typeof claim>[0] = {}): Promise<DirtyBatch> {
  const batch = await claim(seed);
  if (batch === null) throw new Error('there was nothing to claim');
  return batch;
}

const idsOf = (batch: DirtyBatch | null): string[] => (batch?.records ?? []).map(({ recordId }) => recordId).toSorted();
const release = (batch: DirtyBatch, seed: Partial<Parameters<typeof releaseDirty>[1]> = {}): Promise<void> =>
  releaseDirty(context.db, { owner: 'me', batch, done: batch.records, again: [], ...seed });

interface DirtyRow {
  readonly record_id: string;
  readonly marks: string;
  readonly held: boolean;
  /** Milliseconds until it may be claimed. */
  readonly pause: number;
}

async function rows(db = context.db): Promise<DirtyRow[]> {
  const { rows: found } = await sql<DirtyRow>`
    select record_id, marks::text, lease_owner is not null as held,
           (extract(epoch from not_before - now()) * 1000)::integer as pause
      from webhooks.dirty order by record_id`.execute(db);
  return found;
}

/** As if the records had been marked so long ago. */
const age = async (seconds: number, db = context.db): Promise<void> => {
  await sql`update webhooks.dirty set first_marked_at = now() - make_interval(secs => ${seconds})`.execute(db);
};

describe('markDirty', () => {
  it('adds a record once, and counts its marks', async () => {
    await add('1', '2', '1');
    await add('1', mark('1', { reason: 'forced' }));
    expect((await rows()).map(({ record_id, marks }) => [record_id, marks])).toEqual([
      ['1', '2'],
      ['2', '1'],
    ]);
  });

  it('keeps the time of the first mark', async () => {
    await add('1');
    await age(100);
    await add('1');
    const { records } = await claimed();
    expect(Date.now() - (records[0]?.firstMarkedAt.getTime() ?? 0)).toBeGreaterThan(99_000);
  });

  it('does nothing for nothing', async () => {
    await add();
    expect(await rows()).toEqual([]);
  });

  it('regression: those who mark the same records in other orders, while others are done with them, do not deadlock', async () => {
    const ids = Array.from({ length: 1500 }, (_, index) => String(index));
    for (let round = 0; round < 5; round += 1) {
      await add(...ids);
      const batch = await claimed({ limit: ids.length });
      const hold = context.db.transaction().execute(async (trx) => {
        await heldDirty(trx, { owner: 'me', batch });
        await releaseDirty(trx, { owner: 'me', batch, done: batch.records.toReversed(), again: [] });
      });
      await Promise.all([add(...ids), add(...ids.toReversed()), hold, add(...ids)]);
    }
    expect(await rows()).toHaveLength(ids.length);
  });
});

describe('claimDirty', () => {
  it('gives records of one module of one connection, in turns', async () => {
    await add('1', '2');
    await add(mark('4', { module: 'Contacts' }));
    await add(mark('3', { connectionId: 'c2' }));
    await add(mark('5', { connectionId: 'c2', module: 'Contacts' }));
    const turns = [await claimed(), await claimed(), await claimed(), await claimed()];
    expect(turns.map((batch) => [batch.connectionId, ...idsOf(batch)])).toEqual([
      ['c1', '1', '2'],
      ['c2', '3'],
      ['c1', '4'],
      ['c2', '5'],
    ]);
    expect(await claim()).toBeNull();
  });

  it('gives what people did before what a sweep found, and both in one batch where there is room', async () => {
    await add(mark('1', { reason: 'sweep' }), mark('2', { reason: 'sweep' }));
    await add('3');
    expect(idsOf(await claim({ limit: 2 }))).toEqual(['1', '3']);
    expect(idsOf(await claim())).toEqual(['2']);
  });

  it('lets nobody wait behind a tenant with 50,000 dirty records', async () => {
    await sql`
      insert into webhooks.dirty (connection_id, module, record_id, reason)
      select 'c1', 'Leads', n::text, 'notification' from generate_series(1, 50000) n`.execute(context.db);
    await claimed();
    await add(mark('7', { connectionId: 'c2' }));
    const next = [await claimed(), await claimed()];
    expect(next.map(({ connectionId }) => connectionId)).toEqual(['c2', 'c1']);
  });

  it('lets a connection that was served a moment ago wait, unless it has a whole batch', async () => {
    const lingerMs = 3_600_000;
    await add('1');
    expect(idsOf(await claim({ lingerMs, limit: 2 }))).toEqual(['1']);
    await add('2', mark('9', { connectionId: 'c2' }));
    expect((await claimed({ lingerMs, limit: 2 })).connectionId).toBe('c2');
    expect(await claim({ lingerMs, limit: 2 })).toBeNull();
    expect(await isDirty(context.db)).toBe(true);
    await add('3');
    expect(idsOf(await claim({ lingerMs, limit: 2 }))).toEqual(['2', '3']);
    expect(await isDirty(context.db)).toBe(false);
    await add('4');
    expect(idsOf(await claim({ lingerMs: 0, limit: 2 }))).toEqual(['4']);
  });

  it('gives no more than asked for', async () => {
    await add('1', '2', '3');
    expect((await claimed({ limit: 2 })).records).toHaveLength(2);
    expect((await claimed({ limit: 2 })).records).toHaveLength(1);
  });

  it('gives what a dead process held, once its lease is over', async () => {
    await add('1');
    await claim({ owner: 'dead', leaseMs: -1000 });
    expect(idsOf(await claim())).toEqual(['1']);
    expect(await claim()).toBeNull();
  });

  it('waits for a connection that is not active', async () => {
    await add('1');
    await sql`update connections.connections set state = 'paused' where id = 'c1'`.execute(context.db);
    expect(await claim()).toBeNull();
    await sql`update connections.connections set state = 'active' where id = 'c1'`.execute(context.db);
    expect(idsOf(await claim())).toEqual(['1']);
  });

  it('gives each record to one of many', async () => {
    const ids = Array.from({ length: 200 }, (_, index) => String(index));
    await add(...ids);
    const found: string[] = [];
    const work = async (owner: string): Promise<void> => {
      while (found.length < ids.length) found.push(...idsOf(await claim({ owner, limit: 7 })));
    };
    await Promise.all(['a', 'b', 'c', 'd'].map(work));
    expect(found.toSorted()).toEqual(ids.toSorted());
  });
});

describe('releaseDirty', () => {
  it('takes what is done out of the set', async () => {
    await add('1', '2');
    const batch = await claimed();
    await release(batch, { done: batch.records.filter(({ recordId }) => recordId === '1') });
    expect((await rows()).map(({ record_id, held }) => [record_id, held])).toEqual([['2', true]]);
  });

  it('keeps what was marked again while it was read, to be read once more at once', async () => {
    await add('1', '2');
    const batch = await claimed();
    await add('2');
    await release(batch);
    expect(await rows()).toEqual([{ record_id: '2', marks: '2', held: false, pause: expect.any(Number) }]);
    expect(idsOf(await claim())).toEqual(['2']);
  });

  it.each([
    [0, 200],
    [0.1, 200],
    [3, 3000],
    [10, 10_000],
    [600, 30_000],
  ])('gives back what is to be read again; after %d s for %i ms', async (seconds, pauseMs) => {
    await add('1');
    const batch = await claimed();
    // Within one transaction the time stands still.
    const released = await context.db.transaction().execute(async (trx) => {
      await age(seconds, trx);
      await releaseDirty(trx, { owner: 'me', batch, done: [], again: batch.records });
      return rows(trx);
    });
    expect(released).toEqual([{ record_id: '1', held: false, marks: '1', pause: pauseMs }]);
    await sql`update webhooks.dirty set not_before = not_before + interval '1 hour'`.execute(context.db);
    expect(await claim()).toBeNull();
    // A new mark says that there is something to be seen.
    await add('1');
    expect(idsOf(await claim())).toEqual(['1']);
  });

  it('reads at once what was marked again while it could not be judged', async () => {
    await add('1');
    await age(600);
    const batch = await claimed();
    await add('1');
    await release(batch, { done: [], again: batch.records });
    expect(idsOf(await claim())).toEqual(['1']);
  });

  it('leaves alone what another one holds by now', async () => {
    await add('1', '2');
    const late = await claimed({ leaseMs: -1000 });
    const heir = await claimed({ owner: 'heir' });
    await release(late, { done: late.records.slice(0, 1), again: late.records.slice(1) });
    expect((await rows()).map(({ held }) => held)).toEqual([true, true]);
    expect(await claim()).toBeNull();
    await release(heir, { owner: 'heir' });
    expect(await rows()).toEqual([]);
  });
});

describe('heldDirty', () => {
  it('says which records a claim still holds', async () => {
    await add('1', '2', '3');
    const batch = await claimed({ leaseMs: -1000 });
    expect(await heldDirty(context.db, { owner: 'me', batch })).toEqual(new Set(['1', '2', '3']));
    await claim({ owner: 'heir', limit: 2 });
    expect((await heldDirty(context.db, { owner: 'me', batch })).size).toBe(1);
    expect(await heldDirty(context.db, { owner: 'nobody', batch })).toEqual(new Set());
  });
});
