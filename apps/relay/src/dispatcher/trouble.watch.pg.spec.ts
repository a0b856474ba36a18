import { sql } from 'kysely';
import type { QuietHours } from '#connections';
import { dropThrottle, moveCircuit, putHold, putThrottle } from '#ledger';
import { Health, createRegistry } from '#observability';
import { DispatcherContext } from '../../test/dispatcher.context.ts';
import { TroubleWatch, causesOf, troubleMetrics } from './trouble.watch.ts';

let context: DispatcherContext;

beforeAll(async () => {
  context = await DispatcherContext.open('trouble_watch');
});
beforeEach(() => context.reset());
afterAll(() => context.database[Symbol.asyncDispose]());

function watcher() {
  const [registry, health] = [createRegistry('spec'), new Health()];
  const { logger } = context.captured;
  const watch = new TroubleWatch({ db: context.database.db, logger, metrics: troubleMetrics(registry), health });
  const value = async (name: string, labels: Record<string, string> = {}): Promise<number | undefined> => {
    const metric = await registry.getSingleMetric(`causeway_${name}`)?.get();
    return metric?.values.find((each) => Object.entries(labels).every(([key, said]) => each.labels[key] === said))
      ?.value;
  };
  return { watch, health, value };
}

describe('TroubleWatch', () => {
  it('has nothing to tell of a connection whose commands go out', async () => {
    const { watch, health, value } = watcher();
    await watch.look();
    expect(health.report()).toEqual({ ready: true, parts: { 'connection c1': 'ok' } });
    expect(await value('connection_circuit')).toBe(0);
    expect(await value('connection_stopped', { cause: 'paused' })).toBe(0);
    expect(await value('ledger_longest_try_seconds')).toBe(0);
    expect(context.captured.lines).toEqual([]);
  });

  it('shows a CRM that does not answer, without making the relay unready', async () => {
    const { db } = context.database;
    for (let call = 0; call < 5; call += 1) await moveCircuit(db, 'c1', { kind: 'failed', random: 0 });
    const { watch, health, value } = watcher();
    await watch.look();
    expect(health.report()).toEqual({ ready: true, parts: { 'connection c1': 'commands wait: circuit' } });
    expect(await value('connection_circuit')).toBe(2);
    expect(await value('connection_stopped', { cause: 'circuit' })).toBe(1);
  });

  it('counts what people hold', async () => {
    const { db } = context.database;
    await context.insert({ user: 'a' }, { user: 'b' });
    const scope = { connectionId: null, pack: null, operation: null, module: null, recordKey: 'Leads/a' };
    await putHold(db, scope, { reason: 'a spec', by: 'spec' });
    const { watch, value } = watcher();
    await watch.look();
    expect(await value('ledger_held_commands')).toBe(1);
  });

  it('shows throttles with what waits for each, and no longer once they are cleared', async () => {
    const { db } = context.database;
    await context.insert({ user: 'a' }, { user: 'b' }, { user: 'c' });
    await sql`update ledger.commands set state = 'parked', code = 'CRM_INVALID' where entity_id = 'c'`.execute(db);
    const nothing = { connectionId: null, pack: null, operation: null, module: null, recordKey: null };
    const by = { reason: 'a spec', by: 'spec' };
    const outward = { ...nothing, direction: 'out', connectionId: 'c1' } as const;
    await putThrottle(db, { ...outward, unit: 'commands', perSecond: 0.5, ...by });
    await putThrottle(db, { ...nothing, direction: 'out', recordKey: 'Leads/a', unit: 'calls', perSecond: 2, ...by });
    await putThrottle(db, { ...nothing, direction: 'in', connectionId: 'c1', unit: 'calls', perSecond: 3, ...by });
    const { watch, value } = watcher();
    await watch.look();
    const connection = { direction: 'out', connection: 'c1', record: '' };
    const record = { direction: 'out', connection: '', record: 'Leads/a' };
    const inward = { direction: 'in', connection: 'c1' };
    expect(await value('throttle_per_second', { ...connection, unit: 'commands' })).toBe(0.5);
    expect(await value('throttle_waiting_commands', connection)).toBe(2);
    expect(await value('throttle_per_second', { ...record, unit: 'calls' })).toBe(2);
    expect(await value('throttle_waiting_commands', record)).toBe(1);
    expect(await value('throttle_per_second', { ...inward, unit: 'calls' })).toBe(3);
    expect(await value('throttle_waiting_commands', inward)).toBeUndefined();
    await dropThrottle(db, outward);
    await watch.look();
    expect(await value('throttle_per_second', connection)).toBeUndefined();
    expect(await value('throttle_waiting_commands', connection)).toBeUndefined();
    expect(await value('throttle_per_second', record)).toBe(2);
  });

  it('calls a person when a command has been tried for a day, once', async () => {
    await context.insert({ user: 'a' }, { user: 'b' });
    await sql`update ledger.commands set trying_since = now() - interval '25 hours' where id = 1`.execute(
      context.database.db,
    );
    const { watch, value } = watcher();
    await watch.look();
    await watch.look();
    expect(await value('ledger_commands_tried_for_a_day')).toBe(1);
    expect(await value('ledger_longest_try_seconds')).toBeGreaterThan(89_000);
    expect(context.captured.lines).toEqual([
      expect.objectContaining({ level: 'error', code: 'CRM_TRIED_FOR_A_DAY', connection: 'c1', commands: 1 }),
    ]);
  });
});

describe('causesOf', () => {
  const night = new Date('2026-05-05T23:00:00Z');
  const noon = new Date('2026-05-05T12:00:00Z');
  it.each([
    ['active', undefined, noon, []],
    ['active', { state: 'closed' as const }, night, ['quiet']],
    ['paused', { state: 'open' as const }, night, ['circuit', 'paused', 'quiet']],
    ['action_needed', { state: 'half_open' as const }, noon, ['circuit', 'action_needed']],
  ] as const)('%s, %j at %s', (...row) => {
    const [state, circuit, now, causes] = row;
    const quietHours: QuietHours = { timeZone: 'UTC', windows: [{ from: '22:00', to: '06:00' }] };
    expect(causesOf({ state, settings: { watch: {}, quietHours } }, circuit, now)).toEqual(causes);
  });
});
