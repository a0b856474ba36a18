import { sql } from 'kysely';
import { redriveSetAside } from '#folding';
import { putEchoes } from '#ledger';
import { integrationDatabase, type IntegrationContext } from '#testing';
import { commandsAfter, counting, deliverAll, lastCommand, MemorySource } from '../../test/replay.context.ts';
import { dryRun } from '../dry-run/dry.run.ts';
import type { Selection } from '../selection.ts';
import { createReplay, endReplay, listReplays, readReplay } from './replay.store.ts';
import type { Replay, ReplayTarget } from './replay.types.ts';
import { runReplay } from './replay.worker.ts';

const [buggy, fixed] = [counting(1), counting(2)];
let context: IntegrationContext;
let source: MemorySource;

beforeAll(async () => {
  context = await integrationDatabase('replay');
});
beforeEach(async () => {
  await context.clear();
  await context.addConnection();
  source = new MemorySource();
});
afterAll(() => context[Symbol.asyncDispose]());

function begin(
  target: ReplayTarget,
  { selection = {}, rate = null }: { selection?: Selection; rate?: number | null } = {},
) {
  const connectionId = target === 'shadow' ? 'sandbox' : null;
  const by = { by: 'tester', reason: 'a bug was corrected' };
  const what = { target, source: 'kafka', pack: 'counting', connectionId, rate } as const;
  return createReplay(context.db, { ...by, ...what, mapping: fixed, selection, topicPrefix: '' });
}

function go(
  replay: Replay,
  options: { signal?: AbortSignal; onProgress?: (now: Replay) => void } = {},
): Promise<Replay> {
  return runReplay({ db: context.db, id: replay.id, mapping: fixed, source, topicPrefix: '', ...options });
}

async function statesOf(): Promise<unknown[]> {
  const { rows } = await sql<{ key: string; state: unknown; sequence: string; mapping_version: number }>`
    select key, state, sequence::text, mapping_version from relay.states order by key`.execute(context.db);
  return rows.map(({ key, state, sequence, mapping_version: version }) => [key, state, Number(sequence), version]);
}

describe('a live replay', () => {
  it('leaves the states and writes that a clean run would have given, once, and tells nobody', async () => {
    for (const user of ['1', '2', '1']) await source.happens(context, { mapping: buggy, user, note: 'hello' });
    await deliverAll(context);
    const before = await lastCommand(context);
    expect(await go(await begin('live'))).toMatchObject({
      state: 'done',
      keys: 2,
      keysDone: 2,
      events: 3,
      commands: 2,
    });
    expect(await commandsAfter(context, before)).toEqual([
      {
        connection: 'c1',
        record: 'Leads/1',
        operation: 'write',
        lane: 'replay',
        fields: { Last_Name: 'User 1', Bought: 2 },
      },
      {
        connection: 'c1',
        record: 'Leads/2',
        operation: 'write',
        lane: 'replay',
        fields: { Last_Name: 'User 2', Bought: 1 },
      },
    ]);
    expect(await statesOf()).toEqual([
      ['1', { id: '1', bought: 2, gone: false }, 2, 2],
      ['2', { id: '2', bought: 1, gone: false }, 1, 2],
    ]);
    await deliverAll(context);
    const again = await lastCommand(context);
    expect(await go(await begin('live'))).toMatchObject({ events: 3, commands: 0 });
    expect(await commandsAfter(context, again)).toEqual([]);
  });

  it('leaves what a person put there, unless the product says otherwise now', async () => {
    for (const user of ['1', '2']) await source.happens(context, { mapping: fixed, user });
    await deliverAll(context);
    await putEchoes(context.db, [
      {
        connectionId: 'c1',
        recordKey: 'Leads/1',
        field: 'Last_Name',
        value: 'Miller',
        source: 'seen',
        before: 'User 1',
      },
    ]);
    expect(await go(await begin('live'))).toMatchObject({ commands: 0 });
  });

  it('takes a record away that nobody wants any more, and lets one alone that a person deleted', async () => {
    for (const user of ['1', '2']) await source.happens(context, { mapping: buggy, user });
    await deliverAll(context);
    await sql`update ledger.links set lost_at = now() where record_key = 'Leads/2'`.execute(context.db);
    await source.happens(context, { mapping: buggy, user: '1', type: 'user.left' });
    const deleted = await lastCommand(context);
    // As if the delete had never been asked for.
    await sql`delete from ledger.commands where id = ${deleted}::bigint`.execute(context.db);
    await sql`update relay.states set state = '{"id":"1","bought":2,"gone":false}' where key = '1'`.execute(context.db);
    await go(await begin('live'));
    expect(await commandsAfter(context, deleted)).toMatchObject([{ record: 'Leads/1', operation: 'delete' }]);
  });

  it('uses what was set aside, with its effects, so that a redrive finds nothing', async () => {
    await source.happens(context, { mapping: buggy, user: '1', note: 'odd' });
    const before = await lastCommand(context);
    await sql`
      insert into relay.set_aside (topic, partition, "offset", code, admitted, record_headers)
      values ('portal.user', 0, 0, 'invalid_value', true, '{}') on conflict do nothing`.execute(context.db);
    await go(await begin('live'));
    expect((await commandsAfter(context, before)).map(({ operation, lane }) => [operation, lane])).toEqual([
      ['write', 'replay'],
      ['note', 'replay'],
    ]);
    const report = await redriveSetAside(context.db, { mappings: [fixed], topicPrefix: '', selection: {} });
    expect(report).toEqual({ folded: 0, repeated: 0, failed: 0, unread: 0 });
  });

  it('regression: empties the state of a key of which no event can be used any more', async () => {
    await source.happens(context, { mapping: buggy, user: '1', note: 'old' });
    await source.happens(context, { mapping: buggy, user: '2' });
    expect(await go(await begin('live'))).toMatchObject({ state: 'done', keysDone: 2 });
    expect(await statesOf()).toMatchObject([
      ['1', null, 1, 2],
      ['2', { bought: 1 }, 1, 2],
    ]);
  });

  it('leaves a key alone of which Kafka has lost an event', async () => {
    for (const user of ['1', '1', '2']) await source.happens(context, { mapping: buggy, user });
    source.dropped.add('0');
    expect(await go(await begin('live'))).toMatchObject({ state: 'done', events: 1, leftAlone: { events_missing: 1 } });
    expect(await statesOf()).toMatchObject([
      ['1', { bought: 4 }, 2, 1],
      ['2', { bought: 1 }, 1, 2],
    ]);
  });

  it('folds the whole of a key that a selection names by one event', async () => {
    for (const user of ['1', '1', '2']) await source.happens(context, { mapping: buggy, user });
    const from = source.records[1]?.timestamp ?? 0;
    expect(await go(await begin('live', { selection: { from, to: from + 1 } }))).toMatchObject({ keys: 1, events: 2 });
    expect(await statesOf()).toMatchObject([
      ['1', { bought: 2 }, 2, 2],
      ['2', { bought: 2 }, 1, 1],
    ]);
  });
});

describe('a shadow replay', () => {
  it('goes to another connection, event by event, and leaves states alone', async () => {
    await context.addConnection({ id: 'sandbox', tenantId: 'sandbox' });
    for (const user of ['1', '1']) await source.happens(context, { mapping: buggy, user, note: 'hello' });
    const before = await lastCommand(context);
    expect(await go(await begin('shadow'))).toMatchObject({ state: 'done', events: 2, commands: 3 });
    const made = await commandsAfter(context, before);
    expect(made.map(({ operation, fields }) => [operation, fields['Bought']])).toEqual([
      ['write', 1],
      ['note', undefined],
      ['write', 2],
    ]);
    expect(new Set(made.map(({ connection, lane }) => `${connection} ${lane}`))).toEqual(new Set(['sandbox replay']));
    expect(await statesOf()).toMatchObject([['1', { bought: 4 }, 2, 1]]);
  });
});

describe('a replay', () => {
  beforeEach(async () => {
    for (let user = 100; user < 220; user += 1) await source.happens(context, { mapping: buggy, user: String(user) });
  });

  it('that is stopped goes on behind what is done; each key is replayed once', async () => {
    const replay = await begin('live');
    const stop = new AbortController();
    const stopped = await go(replay, { signal: stop.signal, onProgress: () => stop.abort() });
    expect(stopped).toMatchObject({ state: 'stopped', keysDone: 50, keys: 120 });
    expect(await go(stopped)).toMatchObject({ state: 'done', keysDone: 120, events: 120, commands: 120 });
    const { rows } = await sql`select from ledger.commands where lane = 'replay'`.execute(context.db);
    expect(rows).toHaveLength(120);
    await expect(go(replay)).rejects.toMatchObject({ code: 'REPLAY_TAKEN' });
  });

  it('is worked on by one process, and stops where it is cancelled', async () => {
    const replay = await begin('live');
    source.onFind = async (found) => {
      if (found === 2)
        await endReplay(context.db, { id: replay.id, state: 'cancelled', by: 'tester', reason: 'enough' });
    };
    const ended = await go(replay);
    expect(ended).toMatchObject({ state: 'cancelled', keysDone: 50, commands: 50 });
    expect(await endReplay(context.db, { id: replay.id, state: 'cancelled', by: 'tester', reason: 'again' })).toBe(
      false,
    );
    const { rows } = await sql<{ verb: string }>`select verb from ledger.audit order by id`.execute(context.db);
    expect(rows.map(({ verb }) => verb)).toEqual(['replay', 'replay cancelled']);
    expect(await listReplays(context.db, 10)).toHaveLength(1);
    expect((await sql`select from relay.replay_keys`.execute(context.db)).rows).toEqual([]);
  });

  it('of another version of its pack is refused', async () => {
    const { id } = await begin('live');
    const other = runReplay({ db: context.db, id, mapping: buggy, source, topicPrefix: '' });
    await expect(other).rejects.toMatchObject({ code: 'REPLAY_CHANGED' });
    expect(await readReplay(context.db, id)).toMatchObject({ state: 'stopped', keysDone: 0 });
  });
});

describe('a dry-run', () => {
  it.each([
    ['of everything', {}, { events: 3, keys: 2, compared: { same: 0, different: 2, incomparable: 0 } }],
    ['of one key', { keys: ['1'] }, { events: 2, keys: 1, compared: { same: 0, different: 1, incomparable: 0 } }],
    ['of a key that nobody knows', { keys: ['9'] }, { events: 0, keys: 0 }],
    ['of a type', { types: ['user.left'] }, { events: 0, compared: { same: 0, different: 0, incomparable: 0 } }],
    ['of another tenant', { tenantId: 'shop' }, { events: 0 }],
  ])('%s says what would be, and writes nothing', async (_, selection: Selection, expected) => {
    for (const user of ['1', '1', '2']) await source.happens(context, { mapping: buggy, user });
    const before = await lastCommand(context);
    const states = await statesOf();
    const options = { db: context.db, mapping: fixed, current: buggy, source, topicPrefix: '', selection };
    const report = await dryRun({ ...options, base: 'initial' });
    expect(report).toMatchObject(expected);
    expect([await lastCommand(context), await statesOf()]).toEqual([before, states]);
  });

  it('names the fields that differ, and the commands there would be', async () => {
    for (const user of ['1', '1']) await source.happens(context, { mapping: buggy, user });
    const options = { db: context.db, mapping: fixed, current: buggy, source, topicPrefix: '', selection: {} };
    expect(await dryRun({ ...options, base: 'initial' })).toMatchObject({
      applied: 2,
      commands: { 'Leads write': 2 },
      fields: { 'Leads.Last_Name': 1, 'Leads.Bought': 1 },
      examples: [
        {
          key: '1',
          recordKey: 'Leads/1',
          fields: [
            { field: 'Last_Name', before: 'USER 1', after: 'User 1' },
            { field: 'Bought', before: 4, after: 2 },
          ],
        },
      ],
    });
    const stored = await dryRun({ ...options, base: 'stored', selection: { keys: ['1'] } });
    expect(stored.examples[0]?.fields).toContainEqual({ field: 'Bought', before: 4, after: 6 });
  });
});
