import fc from 'fast-check';
import { eventStep, foldBatch, observationStep, stateKey, type FoldStep, type TenantConnections } from '#folding';
import { loadPack } from '#packs';
import { aRecord, anEvent } from '#testing';
import { recordDifferences } from './record.difference.ts';
import { replayKeys } from './replay.keys.ts';
import { ReplayTally } from './replay.tally.ts';

const { mapping } = await loadPack('signup-lead');
const CONNECTIONS: TenantConnections = new Map([['portal', [{ id: 'c1', state: 'active', settings: {} }]]]);

function userStep(user: string, { id, name }: { id: string; name: string | null }): FoldStep {
  const data = { id: user, email: `u${user}@example.test`, full_name: name };
  const type = name === null ? 'user.deleted' : id.endsWith('1') ? 'user.created' : 'user.updated';
  const event = anEvent({ id, subject: user, type, data });
  return eventStep(event, { record: aRecord(event), entityType: 'user' });
}

describe('replayKeys', () => {
  it('folds each key from the initial state, and drops an id that came before', () => {
    const steps = [
      userStep('1', { id: 'a1', name: 'Ana Lima' }),
      userStep('2', { id: 'b1', name: 'Bo Ek' }),
      userStep('1', { id: 'a2', name: 'Ana Souza' }),
      userStep('1', { id: 'a2', name: 'Ana Souza' }),
    ];
    const { replayed, keys, repeated } = replayKeys({ mapping, connections: CONNECTIONS, steps });
    expect(replayed.map(({ result }) => result.verdict)).toEqual(['applied', 'applied', 'applied']);
    expect(repeated).toBe(1);
    expect(keys.map(({ key, steps: count, projection }) => [key, count, projection[0]?.fields['Last_Name']])).toEqual([
      ['1', 2, 'Souza'],
      ['2', 1, 'Ek'],
    ]);
    expect(replayed[2]?.commands[0]?.command.fields).toEqual({ Last_Name: 'Souza' });
  });

  it('begins with a given state, so that the difference to it is all that is written', () => {
    const before = replayKeys({
      mapping,
      connections: CONNECTIONS,
      steps: [userStep('1', { id: 'a1', name: 'Ana Lima' })],
    });
    const base = new Map([[stateKey({ tenantId: 'portal', key: '1' }), before.keys[0]?.state ?? {}]]);
    const after = replayKeys({
      mapping,
      connections: CONNECTIONS,
      base,
      steps: [userStep('1', { id: 'a2', name: 'Ana Ek' })],
    });
    expect(after.replayed.flatMap(({ commands }) => commands.map(({ command }) => command.fields))).toEqual([
      { Last_Name: 'Ek' },
    ]);
  });

  it.each([
    ['no connection', new Map(), { setAside: { CONNECTION_MISSING: 1 } }],
    [
      'a disconnected one',
      new Map([['portal', [{ id: 'c1', state: 'disconnected', settings: {} }]]]),
      { ignored: { disconnected: 1 } },
    ],
  ])('with %s says what the relay would say', (_, connections, said) => {
    const tally = new ReplayTally();
    const steps = [userStep('1', { id: 'a1', name: 'Ana' })];
    const { replayed, keys } = replayKeys({ mapping, connections: connections as TenantConnections, steps });
    for (const one of replayed) tally.add(one);
    expect(tally.counts).toMatchObject({ applied: 0, commands: {}, ...said });
    expect(keys[0]).toMatchObject({ state: null, projection: [] });
  });

  it('an observation of a key without a state is nobody of ours', () => {
    const seen = observationStep(
      {
        id: 'o1',
        kind: 'deleted',
        module: 'Leads',
        identity: { field: 'Portal_User_ID', value: '1' },
        recordId: '77',
        values: {},
        changedAt: '2026-03-01T10:00:00Z',
        changedBy: null,
      },
      { tenantId: 'portal', key: '1', entityType: 'user', reachedAt: 0 },
    );
    const { replayed } = replayKeys({ mapping, connections: CONNECTIONS, steps: [seen] });
    expect(replayed[0]?.result).toMatchObject({ verdict: 'ignored', reason: 'not_ours' });
  });

  it('law: states and commands are those of the engine, for any stream', () => {
    const happening = fc.record({
      user: fc.constantFrom('1', '2', '3'),
      id: fc.integer({ min: 0, max: 40 }).map((n) => `e${n}`),
      name: fc.option(fc.constantFrom('Ana Lima', 'Bo Ek', '', ' '), { nil: null }),
    });
    fc.assert(
      fc.property(fc.uniqueArray(happening, { selector: ({ id }) => id, maxLength: 20 }), (happenings) => {
        const steps = happenings.map(({ user, ...rest }) => userStep(user, rest));
        const { folded, changes } = foldBatch({ mapping, steps, states: new Map(), connections: CONNECTIONS });
        const { replayed, keys } = replayKeys({ mapping, connections: CONNECTIONS, steps });
        expect(replayed.map(({ commands }) => commands)).toEqual(folded.map(({ commands }) => commands));
        expect(keys.map(({ state }) => (state === null ? null : JSON.stringify(state)))).toEqual(
          [...changes.values()].map(({ text }) => text),
        );
      }),
      { numRuns: 50 },
    );
  });
});

describe('recordDifferences', () => {
  const record = (value: string, fields: Record<string, string | number | null>) => ({
    module: 'Leads',
    identity: { field: 'Ext', value },
    fields,
  });

  it.each([
    ['the same', [record('1', { A: 'x' })], [record('1', { A: 'x', B: null })], []],
    [
      'a field',
      [record('1', { A: 'x', B: 1 })],
      [record('1', { A: 'y', B: 1 })],
      [{ recordKey: 'Leads/1', module: 'Leads', kind: 'changed', fields: [{ field: 'A', before: 'x', after: 'y' }] }],
    ],
    [
      'a new record',
      [],
      [record('1', { A: 'x' })],
      [{ recordKey: 'Leads/1', module: 'Leads', kind: 'made', fields: [{ field: 'A', before: null, after: 'x' }] }],
    ],
    [
      'one that is wanted no more',
      [record('1', { A: 'x' })],
      [],
      [{ recordKey: 'Leads/1', module: 'Leads', kind: 'gone', fields: [] }],
    ],
  ])('%s', (...[, before, after, expected]) => {
    expect(recordDifferences(before, after)).toEqual(expected);
  });
});
