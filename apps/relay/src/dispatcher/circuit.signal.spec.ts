import type { Outcome } from '#contracts';
import { signalOf, type Signal } from './circuit.signal.ts';

const succeeded: Outcome = { kind: 'succeeded', recordId: '1', created: true };
const rejected: Outcome = { kind: 'rejected', code: 'CRM_REJECTED', reason: 'INVALID_DATA', field: null };
const unavailable: Outcome = { kind: 'unavailable', reason: 'ECONNREFUSED' };
const unknown: Outcome = { kind: 'unknown', reason: 'TIMEOUT' };

describe('signalOf', () => {
  it.each<[outcomes: Outcome[], signal: Signal]>([
    [[], null],
    [[succeeded], 'answered'],
    [[rejected], 'answered'],
    [[{ kind: 'throttled', reason: 'HTTP_429', cause: 'concurrency' }], 'answered'],
    [[{ kind: 'throttled', reason: 'NO_PLACE', cause: 'place' }], null],
    [[{ kind: 'throttled', reason: 'CREDITS_SPENT', cause: 'credits' }], null],
    [[{ kind: 'skipped', reason: 'converted' }], null],
    [[unavailable], 'failed'],
    [[unknown, unknown], 'failed'],
    [[{ kind: 'unknown', reason: 'NO_PLACE', noRoom: { cause: 'place', until: null } }], null],
    // A part was answered, so the destination is there.
    [[unknown, succeeded], 'answered'],
    [[{ kind: 'skipped', reason: 'converted' }, unavailable], 'failed'],
  ])('%j: %s', (outcomes, signal) => {
    expect(signalOf(outcomes)).toBe(signal);
  });
});
