import { sql } from 'kysely';
import { insertCommands, pruneHistory } from '#ledger';
import { createRegistry } from '#observability';
import { aNewCommand, integrationDatabase, silentLogger, until, type IntegrationContext } from '#testing';
import { HistoryService, historyMetrics } from './history.service.ts';

const DAY_MS = 86_400_000;
let context: IntegrationContext;

beforeAll(async () => {
  context = await integrationDatabase('history');
});
beforeEach(async () => {
  await context.clear();
  await context.addConnection();
});
afterAll(() => context[Symbol.asyncDispose]());

/** Commands 1 to `count`, of which the odd ones ended, each made and ended so many days ago as it is older than the last. */
async function history(count: number): Promise<void> {
  const note = (at: number) => ({ operation: 'note', effectKey: `k${at}` }) as const;
  await insertCommands(
    context.db,
    Array.from({ length: count }, (_, at) => aNewCommand({ user: `u${at}`, command: note(at + 1) })),
  );
  await sql`
    update ledger.commands
       set created_at = now() - (${count} - id) * interval '1 day', not_before = now() - interval '1 h',
           state = case when id % 2 = 1 then 'succeeded' else 'parked' end,
           finished_at = case when id % 2 = 1 then now() - (${count} - id) * interval '1 day' end`.execute(context.db);
  await sql`insert into ledger.attempts (command_id, number) select id, 1 from ledger.commands`.execute(context.db);
}

const ids = async (table: 'commands' | 'attempts' | 'kept_effects'): Promise<number[]> => {
  const column = sql.ref(table === 'commands' ? 'id' : 'command_id');
  const { rows } = await sql<{ id: number }>`
    select ${column}::integer as id from ${sql.table(`ledger.${table}`)} order by 1`.execute(context.db);
  return rows.map(({ id }) => id);
};

describe('the history of the ledger', () => {
  it('is deleted when it is older than the retention, batch by batch; what is open stays', async () => {
    await history(10);
    const metrics = historyMetrics(createRegistry('spec'));
    const service = new HistoryService({
      db: context.db,
      retentionMs: 4.5 * DAY_MS,
      logger: silentLogger,
      metrics,
      batchSize: 2,
    });
    service.start();
    await until(async () => (await metrics.pruned.get()).values[0]?.value === 3);
    await service.stop();
    expect(await ids('commands')).toEqual([2, 4, 6, 7, 8, 9, 10]);
    expect(await ids('attempts')).toEqual([2, 4, 6, 7, 8, 9, 10]);
  });

  it('does not let an effect happen again whose command was deleted', async () => {
    await history(3);
    await pruneHistory(context.db, { retentionMs: DAY_MS, after: '0', limit: 100 });
    expect(await ids('kept_effects')).toEqual([1]);
    const again = (key: string) => aNewCommand({ command: { operation: 'note', effectKey: key } });
    await insertCommands(context.db, [again('k1'), again('k9')]);
    const { rows } = await sql<{ key: string }>`
      select effect_key as key from ledger.commands order by id`.execute(context.db);
    expect(rows.map(({ key }) => key)).toEqual(['k2', 'k3', 'k9']);
  });

  it('stops where it is young, however much there is behind', async () => {
    await history(6);
    expect(await pruneHistory(context.db, { retentionMs: 100 * DAY_MS, after: '0', limit: 2 })).toEqual({
      commands: 0,
      next: null,
    });
    expect(await pruneHistory(context.db, { retentionMs: 1.5 * DAY_MS, after: '0', limit: 2 })).toEqual({
      commands: 1,
      next: '2',
    });
  });

  it('is deleted by one process at a time', async () => {
    await history(4);
    await context.db.transaction().execute(async (trx) => {
      await pruneHistory(trx, { retentionMs: 100 * DAY_MS, after: '0', limit: 1 });
      expect(await pruneHistory(context.db, { retentionMs: 0, after: '0', limit: 100 })).toEqual({
        commands: 0,
        next: null,
      });
    });
    expect((await pruneHistory(context.db, { retentionMs: 0, after: '0', limit: 100 })).commands).toBe(2);
  });
});

describe('the inbox', () => {
  /** Events `e0`, `e1` and so on of the mapper, folded so many days ago. */
  async function folded(count: number): Promise<void> {
    await sql`
      insert into inbox.processed (consumer, event_id, processed_at)
      select 'relay/signup-lead', 'e' || n, now() - n * interval '1 day' from generate_series(0, ${count - 1}::integer) n`.execute(
      context.db,
    );
  }
  const remembered = async (): Promise<string[]> => {
    const { rows } = await sql<{ id: string }>`select event_id as id from inbox.processed order by 1`.execute(
      context.db,
    );
    return rows.map(({ id }) => id);
  };
  const serviceOf = (inboxRetentionMs?: number) => {
    const metrics = historyMetrics(createRegistry('spec'));
    const service = new HistoryService({
      db: context.db,
      retentionMs: DAY_MS,
      ...(inboxRetentionMs === undefined ? {} : { inboxRetentionMs }),
      logger: silentLogger,
      metrics,
      batchSize: 2,
    });
    return { service, metrics };
  };

  it('forgets what was folded before the retention, batch by batch', async () => {
    await folded(9);
    const { service, metrics } = serviceOf(3.5 * DAY_MS);
    service.look();
    await until(async () => (await metrics.forgotten.get()).values[0]?.value === 5);
    await service.stop();
    expect(await remembered()).toEqual(['e0', 'e1', 'e2', 'e3']);
  });

  it('remembers for ever without a retention', async () => {
    await folded(3);
    const { service } = serviceOf();
    service.look();
    await service.stop();
    expect(await remembered()).toEqual(['e0', 'e1', 'e2']);
  });
});
