import { z } from 'zod';
import type { CausewayEvent, JsonObject } from '#contracts';
import { defineMapping, type Mapping } from '#mapping';
import { builtInPacks } from '#packs';
import { anEvent, aRecord } from '#testing';
import { foldBatch, type FoldedBatch } from './batch.fold.ts';
import type { FoldConnection } from './connection.store.ts';
import { eventStep, stateKey, type FoldStep } from './fold.step.ts';
import type { StoredState } from './state.store.ts';

const active: FoldConnection = { id: 'c1', state: 'active', settings: {} };
const signupLead = packOf('signup-lead');

function packOf(name: string): Mapping {
  const pack = builtInPacks[name];
  if (pack === undefined) throw new Error(`no pack ${name}`);
  return pack.mapping;
}

const stepOf = (event: CausewayEvent): FoldStep => eventStep(event, { record: aRecord(event), entityType: 'user' });

interface Rest {
  readonly mapping?: Mapping;
  readonly states?: readonly [string, StoredState][];
  readonly connections?: readonly [string, FoldConnection][];
}

function foldAll(steps: readonly FoldStep[], rest: Rest = {}): FoldedBatch {
  const { mapping = signupLead, states = [], connections = [['portal', active]] } = rest;
  return foldBatch({
    mapping,
    steps,
    states: new Map(states),
    connections: new Map(connections.map(([tenant, own]) => [tenant, [own]])),
  });
}

/** `changed`: the states that are to be stored. */
function fold(events: readonly CausewayEvent[], rest?: Rest): FoldedBatch & { changed: Map<string, JsonObject> } {
  const batch = foldAll(events.map(stepOf), rest);
  const changed = [...batch.changes].flatMap(([key, { text }]): [string, JsonObject][] =>
    text === null ? [] : [[key, JSON.parse(text) as JsonObject]],
  );
  return { ...batch, changed: new Map(changed) };
}

/** What is stored of a key after a batch. */
function stored({ changes, changed }: ReturnType<typeof fold>): [string, StoredState][] {
  return [...changes].map(([key, { sequence, schedule }]) => [
    key,
    { state: changed.get(key) ?? null, sequence, schedule },
  ]);
}

const user = (id: string, data: JsonObject, seed: Partial<CausewayEvent> = {}): CausewayEvent =>
  anEvent({ id: `e-${id}-${JSON.stringify(data).length}`, subject: id, data: { id, ...data }, ...seed });

describe('foldBatch', () => {
  it.each([
    ['user.registered', {}, 'live'],
    ['user.snapshot_taken', { reason: 'nightly' }, 'reconcile'],
    ['user.snapshot_taken', { reason: 'migration' }, 'backfill'],
  ])('puts the commands of %s %j into the lane %s', (type, data, lane) => {
    const mapping = packOf('learning');
    const event = anEvent({ type, subject: 'u1', key: 'u1', data });
    const { folded } = fold([event], { mapping, connections: [[event.tenantId, active]] });
    expect(folded[0]?.commands.map(({ origin }) => origin.lane)).toEqual([lane]);
  });

  it('gives state and commands, with where they come from', () => {
    const event = user('42', { email: 'ana@example.test', full_name: 'Ana Lovelace' });
    const { folded, changed } = fold([event]);
    expect(folded).toHaveLength(1);
    expect(folded[0]?.result).toMatchObject({ verdict: 'applied', problems: [] });
    expect(folded[0]?.commands).toEqual([
      {
        origin: {
          connectionId: 'c1',
          product: 'portal',
          entityType: 'user',
          entityId: '42',
          mapping: 'signup-lead',
          mappingVersion: 1,
          eventId: event.id,
          occurredAt: '2026-03-01T10:00:00Z',
          lane: 'live',
        },
        command: expect.objectContaining({
          operation: 'write',
          module: 'Leads',
          identity: { field: 'External_User_ID', value: '42' },
        }),
      },
    ]);
    expect([...changed.keys()]).toEqual([stateKey(event)]);
  });

  it('folds events of one key in order, each on what the one before left', () => {
    const { folded, changed } = fold([
      user('42', { full_name: 'Ana Lovelace' }),
      user('43', { full_name: 'Grace Hopper' }),
      user('42', { full_name: 'Ana Byron' }, { id: 'e2', type: 'user.updated' }),
    ]);
    const fields = folded.map(({ commands }) => commands.map(({ command }) => command.fields));
    expect(fields).toEqual([
      [{ External_User_ID: '42', First_Name: 'Ana', Last_Name: 'Lovelace' }],
      [{ External_User_ID: '43', First_Name: 'Grace', Last_Name: 'Hopper' }],
      [{ Last_Name: 'Byron' }],
    ]);
    expect(changed.size).toBe(2);
  });

  it('goes on from the stored state', () => {
    const first = fold([user('42', { full_name: 'Ana Lovelace' })]);
    const { folded } = fold(
      [user('42', { full_name: 'Ana Lovelace', phone: '1' }, { id: 'e2', type: 'user.updated' })],
      { states: stored(first) },
    );
    expect(folded[0]?.commands.map(({ command }) => command.fields)).toEqual([{ Phone: '1' }]);
  });

  it('keeps tenants apart that have the same key', () => {
    const { folded, changed } = fold(
      [user('42', { full_name: 'Ana' }), user('42', { full_name: 'Bea' }, { id: 'e2', tenantId: 'other' })],
      {
        connections: [
          ['portal', active],
          ['other', { id: 'c2', state: 'active', settings: {} }],
        ],
      },
    );
    expect(folded.map(({ commands }) => commands[0]?.origin.connectionId)).toEqual(['c1', 'c2']);
    expect(changed.size).toBe(2);
  });

  it.each(['paused', 'action_needed'] as const)('folds for a connection that is %s: its commands wait', (state) => {
    const { folded, changed } = fold([user('42', {})], {
      connections: [['portal', { id: 'c1', state, settings: {} }]],
    });
    expect(folded[0]?.commands).toHaveLength(1);
    expect(changed.size).toBe(1);
  });

  it('ignores events of a connection that was ended', () => {
    const { folded, changed } = fold([user('42', {})], {
      connections: [['portal', { id: 'c1', state: 'disconnected', settings: {} }]],
    });
    expect(folded[0]).toMatchObject({ result: { verdict: 'ignored', reason: 'disconnected' }, commands: [] });
    expect(changed.size).toBe(0);
  });

  it('sets aside events of a tenant without connection', () => {
    const { folded, changed } = fold([user('42', {})], { connections: [] });
    expect(folded[0]).toMatchObject({
      result: { verdict: 'set_aside', code: 'CONNECTION_MISSING', field: 'tenantId' },
      commands: [],
    });
    expect(changed.size).toBe(0);
  });

  it('sets aside what cannot be used, and the key goes on', () => {
    const { folded } = fold([
      user('42', {}, { type: 'user.vanished' }),
      user('42', {}, { version: 9 }),
      anEvent({ subject: '42', data: {} }),
      user('42', { full_name: 'Ana' }, { id: 'e4' }),
    ]);
    expect(
      folded.map(({ result }) => (result.verdict === 'set_aside' ? [result.code, result.field] : result.verdict)),
    ).toEqual([['unknown_event', 'type'], ['unknown_event', 'version'], ['missing_value', 'id'], 'applied']);
  });

  it('names problems and uses the rest', () => {
    const { folded } = fold([user('42', { full_name: 'Ana', email: 'no address' })]);
    expect(folded[0]?.result.problems).toMatchObject([{ code: 'invalid_value', field: 'email' }]);
    expect(folded[0]?.commands[0]?.command.fields).toEqual({ External_User_ID: '42', Last_Name: 'Ana' });
  });

  it('gives commands their time in UTC', () => {
    const times = ['2026-03-01T10:00:00+02:00', '2026-03-01T10:00:00', '2026-03-01'];
    const { folded } = fold(times.map((time, index) => user(String(index), {}, { id: `e${index}`, time })));
    expect(folded.map(({ commands }) => commands[0]?.origin.occurredAt)).toEqual([
      '2026-03-01T08:00:00Z',
      '2026-03-01T10:00:00Z',
      '2026-03-01T00:00:00Z',
    ]);
  });
});

describe('a pack at fault', () => {
  const faulty = (fault: () => JsonObject, schema: z.ZodType<object> = z.object({})): Mapping =>
    defineMapping({
      name: 'faulty',
      product: 'portal',
      version: 1,
      destination: 'zoho-crm',
      events: { 'user.created': { 1: schema } },
      initial: {},
      fold: { 'user.created': fault },
      project: () => [],
      setup: {},
      scopes: [],
    });
  const events = [anEvent({ id: 'e1' }), anEvent({ id: 'e2', subject: '43' })];

  it('sets its events aside, with their state unchanged, and the batch goes on', () => {
    const mapping = faulty(() => {
      throw new Error('a bug in the pack');
    });
    const { folded, changed } = fold(events, { mapping });
    for (const { result, commands } of folded) {
      expect(result).toMatchObject({ verdict: 'set_aside', code: 'MAPPING_FAILED', field: 'data' });
      expect(commands).toEqual([]);
    }
    expect(changed.size).toBe(0);
  });

  it('regression: a schema that throws does not stop the partition', () => {
    const schema = z.object({}).transform((): object => {
      throw new TypeError('a bug in an upcaster');
    });
    const { folded } = fold(events, { mapping: faulty(() => ({}), schema) });
    expect(folded.map(({ result }) => result.verdict)).toEqual(['set_aside', 'set_aside']);
  });

  it.each([
    ['a NUL', { name: 'a\0b' }],
    ['half a surrogate pair', { name: 'a\ud800b' }],
    ['a key with a NUL', { 'a\0b': 1 }],
  ])('regression: %s in the state, which Postgres cannot store, sets the event aside', (_what, state) => {
    const { folded, changed } = fold(events, { mapping: faulty(() => state) });
    expect(folded[0]?.result).toMatchObject({ verdict: 'set_aside', code: 'invalid_value', field: 'data' });
    expect(changed.size).toBe(0);
  });
});
