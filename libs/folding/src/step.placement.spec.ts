import { anEvent, aRecord } from '#testing';
import type { FoldConnection } from './connection.store.ts';
import { eventStep, type FoldStep } from './fold.step.ts';
import { connectionOf, inboxId, placeSteps } from './step.placement.ts';

const connection = (id: string, state: FoldConnection['state'] = 'active'): FoldConnection => ({
  id,
  state,
  settings: {},
});
const connections = new Map([
  ['t1', [connection('a'), connection('b', 'paused'), connection('gone', 'disconnected')]],
  ['t2', [connection('c')]],
]);
const step = (tenantId: string, seed: Partial<FoldStep> = {}): FoldStep => {
  const event = anEvent({ id: `e-${tenantId}`, tenantId });
  return { ...eventStep(event, { record: aRecord(event), entityType: 'contact' }), ...seed };
};
const placesOf = (scope: 'tenant' | 'connection', ...steps: FoldStep[]): unknown[] =>
  placeSteps({ scope }, { steps, connections }).map((placed) => [placed.tenantId, placed.connectionId ?? null]);

describe('placeSteps', () => {
  it('leaves the steps of a state of the tenant as they are, with or without a connection', () => {
    expect(placesOf('tenant', step('t1'), step('t3'))).toEqual([
      ['t1', null],
      ['t3', null],
    ]);
  });

  it('folds once for each connection that is not disconnected', () => {
    expect(placesOf('connection', step('t1'), step('t2'))).toEqual([
      ['t1', 'a'],
      ['t1', 'b'],
      ['t2', 'c'],
    ]);
  });

  it('leaves nothing of a tenant without a connection', () => {
    expect(placesOf('connection', step('t3'))).toEqual([]);
  });

  it('folds what was seen in the CRM for that connection alone', () => {
    expect(placesOf('connection', step('t1', { connectionId: 'b' }))).toEqual([['t1', 'b']]);
    expect(placesOf('connection', step('t1', { connectionId: 'gone' }))).toEqual([]);
  });

  it("never takes another tenant's connection", () => {
    expect(placesOf('connection', step('t1', { connectionId: 'c' }))).toEqual([]);
    expect(connectionOf(connections, { tenantId: 't1', connectionId: 'c' })).toBeUndefined();
  });
});

describe('inboxId', () => {
  it('is of the connection where the state is', () => {
    expect(inboxId({ id: 'e1' })).toBe('e1');
    expect(inboxId({ id: 'e1', connectionId: 'a' })).toBe('a/e1');
  });
});
