import { sql } from 'kysely';
import { integrationDatabase, type IntegrationContext } from '#testing';
import { webhooksParts, type WebhooksParts } from '../../test/webhooks.parts.ts';
import { ReceiverBeat } from './receiver.beat.ts';

const NEVER_MS = 3_600_000;

let context: IntegrationContext;
let parts: WebhooksParts;
let beats: ReceiverBeat[];

beforeAll(async () => {
  context = await integrationDatabase('beat');
});
beforeEach(async () => {
  await context.clear();
  await sql`truncate webhooks.receivers, webhooks.gaps`.execute(context.db);
  await context.addConnection();
  await sql`insert into webhooks.sweeps (connection_id, module, swept_to, due_at)
    values ('c1', 'Leads', now(), now() + interval '1 hour')`.execute(context.db);
  parts = webhooksParts();
  beats = [];
});
afterEach(() => Promise.all(beats.map((beat) => beat.stop())));
afterAll(() => context[Symbol.asyncDispose]());

async function arrive(id: string): Promise<ReceiverBeat> {
  const beat = new ReceiverBeat({ db: context.db, id, logger: parts.logger, beatMs: NEVER_MS });
  beats.push(beat);
  await beat.start();
  return beat;
}

/** As if so many seconds had passed since a receiver was last heard of. */
const silent = async (id: string, seconds: number): Promise<void> => {
  await sql`
    update webhooks.receivers set beat_at = beat_at - make_interval(secs => ${seconds}),
           stopped_at = stopped_at - make_interval(secs => ${seconds}) where id = ${id}`.execute(context.db);
};

async function gaps(): Promise<number[]> {
  const { rows } = await sql<{ seconds: number }>`
    select round(extract(epoch from until - since))::integer as seconds from webhooks.gaps
     where reason = 'downtime' and connection_id is null and module is null order by id`.execute(context.db);
  return rows.map(({ seconds }) => seconds);
}
const sweepIsDue = async (): Promise<boolean> =>
  (await sql<{ due: boolean }>`select due_at <= now() as due from webhooks.sweeps`.execute(context.db)).rows[0]?.due ===
  true;

describe('ReceiverBeat', () => {
  it('finds no gap where nobody was before', async () => {
    await arrive('a');
    expect(await gaps()).toEqual([]);
    expect(await sweepIsDue()).toBe(false);
  });

  it('finds the time since the last one stopped, however short', async () => {
    await (await arrive('a')).stop();
    await silent('a', 3);
    await arrive('b');
    expect(await gaps()).toEqual([3]);
    expect(await sweepIsDue()).toBe(true);
    expect(parts.lines).toContainEqual(expect.objectContaining({ level: 'warn', code: 'NOTIFICATIONS_MISSED' }));
  });

  it('finds the time since the last one was killed', async () => {
    await arrive('a');
    await silent('a', 100);
    await arrive('b');
    expect(await gaps()).toEqual([100]);
  });

  it('finds no gap where another one took notifications all the time', async () => {
    await arrive('a');
    const b = await arrive('b');
    await b.stop();
    await silent('b', 100);
    await arrive('c');
    expect(await gaps()).toEqual([]);
  });

  it('finds, once, another one that was killed a moment before the start, when it is silent for long enough', async () => {
    await arrive('a');
    const b = await arrive('b');
    expect(await gaps()).toEqual([]);
    await silent('a', 25);
    await b.beat();
    await b.beat();
    expect(await gaps()).toEqual([25]);
  });

  it('finds its own silence, as when Postgres was away', async () => {
    const a = await arrive('a');
    await silent('a', 60);
    await a.beat();
    await a.beat();
    expect(await gaps()).toEqual([60]);
  });

  it('goes on after another one took it for dead', async () => {
    const a = await arrive('a');
    const b = await arrive('b');
    await silent('a', 60);
    await b.beat();
    await a.beat();
    expect(await gaps()).toEqual([60]);
    const { rows } = await sql`select id from webhooks.receivers where stopped_at is null order by id`.execute(
      context.db,
    );
    expect(rows).toEqual([{ id: 'a' }, { id: 'b' }]);
  });
});
