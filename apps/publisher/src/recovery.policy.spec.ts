import { CausewayError, type ErrorCode } from '#contracts';
import { planRecovery } from './recovery.policy.ts';

describe('recovery', () => {
  it.each<[ErrorCode, string]>([
    ['SLOT_IN_USE', 'standby'],
    ['PUBLISHER_FENCED', 'standby'],
    ['POSTGRES_UNREACHABLE', 'retry'],
    ['KAFKA_UNREACHABLE', 'retry'],
    ['REPLICATION_BROKEN', 'retry'],
    ['BATCH_REFUSED', 'retry'],
    ['SOURCE_IS_STANDBY', 'retry'],
    ['TIMELINE_DIVERGED', 'stop'],
    ['PUBLICATION_CHANGED', 'stop'],
    ['TOPIC_PARTITIONS_CHANGED', 'stop'],
    ['SLOT_MISSING', 'stop'],
    ['SLOT_LOST', 'stop'],
    ['SLOT_GENERATION_MISMATCH', 'stop'],
    ['SLOT_AHEAD_OF_POSITION', 'stop'],
    ['PUBLICATION_MISSING', 'stop'],
    ['TOPIC_MISSING', 'stop'],
    ['POSITION_UNREADABLE', 'stop'],
    ['POSTGRES_ACCESS_DENIED', 'stop'],
    ['KAFKA_ACCESS_DENIED', 'stop'],
  ])('after %s: %s', (code, action) => {
    const error = new CausewayError(code);
    expect(planRecovery(error)).toEqual({ action, error });
  });

  it.each([
    ['slot read by another', Object.assign(new Error('in use'), { code: '55006' }), 'standby', 'SLOT_IN_USE'],
    ['server going down', Object.assign(new Error('bye'), { code: '57P01' }), 'retry', 'POSTGRES_UNREACHABLE'],
    ['wrong password', Object.assign(new Error('no'), { code: '28P01' }), 'stop', 'POSTGRES_ACCESS_DENIED'],
    ['a mistake of ours', new TypeError('x is not a function'), 'retry', 'REPLICATION_BROKEN'],
  ])('after %s', (_, failure, ...expected) => {
    const { action, error } = planRecovery(failure);
    expect([action, error.code]).toEqual(expected);
    expect(error.details['reason']).toBe(failure.message);
  });
});
