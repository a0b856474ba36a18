import fc from 'fast-check';
import { isConflict, isConnectionLost, isRetryable, retryDelayMs } from './retry.policy.ts';
import { SQLSTATE } from './sqlstate.ts';

const coded = (code: string): Error => Object.assign(new Error('from the server'), { code });

describe('what an error means', () => {
  it.each([
    ['serialization failure', coded(SQLSTATE.SERIALIZATION_FAILURE), { conflict: true, lost: false, retryable: true }],
    ['deadlock', coded(SQLSTATE.DEADLOCK_DETECTED), { conflict: true, lost: false, retryable: true }],
    ['restart of the server', coded(SQLSTATE.ADMIN_SHUTDOWN), { conflict: false, lost: true, retryable: true }],
    ['server starting up', coded(SQLSTATE.CANNOT_CONNECT_NOW), { conflict: false, lost: true, retryable: true }],
    ['connection failure', coded(SQLSTATE.CONNECTION_FAILURE), { conflict: false, lost: true, retryable: true }],
    ['refused socket', coded('ECONNREFUSED'), { conflict: false, lost: true, retryable: true }],
    ['reset socket', coded('ECONNRESET'), { conflict: false, lost: true, retryable: true }],
    [
      'dropped connection',
      new Error('Connection terminated unexpectedly'),
      { conflict: false, lost: true, retryable: true },
    ],
    ['lock not had in time', coded(SQLSTATE.LOCK_NOT_AVAILABLE), { conflict: false, lost: false, retryable: true }],
    ['too many connections', coded(SQLSTATE.TOO_MANY_CONNECTIONS), { conflict: false, lost: false, retryable: true }],
    ['broken constraint', coded(SQLSTATE.UNIQUE_VIOLATION), { conflict: false, lost: false, retryable: false }],
    ['wrong password', coded(SQLSTATE.INVALID_PASSWORD), { conflict: false, lost: false, retryable: false }],
    ['missing table', coded(SQLSTATE.UNDEFINED_TABLE), { conflict: false, lost: false, retryable: false }],
    [
      'slot in use, which the publisher judges',
      coded(SQLSTATE.OBJECT_IN_USE),
      { conflict: false, lost: false, retryable: false },
    ],
    ['programming error', new TypeError('x is undefined'), { conflict: false, lost: false, retryable: false }],
    ['no error at all', undefined, { conflict: false, lost: false, retryable: false }],
  ])('%s', (_name, error, expected) => {
    expect({ conflict: isConflict(error), lost: isConnectionLost(error), retryable: isRetryable(error) }).toEqual(
      expected,
    );
  });
});

describe('retryDelayMs', () => {
  it('doubles and stays between half of the limit and the limit', () => {
    fc.assert(
      fc.property(
        fc.record({ attempt: fc.integer({ min: 1, max: 2000 }), random: fc.double({ min: 0, max: 1, noNaN: true }) }),
        ({ attempt, random }) => {
          const delay = retryDelayMs({ attempt, baseMs: 10, mostMs: 500, random });
          const full = Math.min(10 * 2 ** (attempt - 1), 500);
          expect(delay).toBeGreaterThanOrEqual(Math.round(full / 2));
          expect(delay).toBeLessThanOrEqual(full);
        },
      ),
    );
  });
});
