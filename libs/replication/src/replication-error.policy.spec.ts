import { classifyReplicationError } from './replication-error.policy.ts';

describe('errors of the source database', () => {
  it.each([
    ['slot in use', { code: '55006' }, 'wait', 'SLOT_IN_USE'],
    ['slot invalidated', { code: '55000', message: 'can no longer access replication slot "s"' }, 'stop', 'SLOT_LOST'],
    [
      'no logical WAL',
      { code: '55000', message: 'logical decoding requires "wal_level" >= "logical"' },
      'stop',
      'WAL_LEVEL_NOT_LOGICAL',
    ],
    ['WAL removed', { code: '58P01' }, 'stop', 'SLOT_LOST'],
    ['slot missing', { code: '42704', message: 'replication slot "s" does not exist' }, 'stop', 'SLOT_MISSING'],
    [
      'publication missing',
      { code: '42704', message: 'publication "p" does not exist' },
      'stop',
      'PUBLICATION_MISSING',
    ],
    ['no right', { code: '42501' }, 'stop', 'POSTGRES_ACCESS_DENIED'],
    ['wrong password', { code: '28P01' }, 'stop', 'POSTGRES_ACCESS_DENIED'],
    ['no such database', { code: '3D000' }, 'stop', 'POSTGRES_ACCESS_DENIED'],
    ['server going down', { code: '57P01' }, 'retry', 'POSTGRES_UNREACHABLE'],
    ['server starting', { code: '57P03' }, 'retry', 'POSTGRES_UNREACHABLE'],
    ['too many connections', { code: '53300' }, 'retry', 'POSTGRES_UNREACHABLE'],
    ['all slots taken', { code: '53400' }, 'retry', 'REPLICATION_BROKEN'],
    ['no server', { code: 'ECONNREFUSED' }, 'retry', 'POSTGRES_UNREACHABLE'],
    ['connection lost', { message: 'Connection terminated unexpectedly' }, 'retry', 'POSTGRES_UNREACHABLE'],
    ['unknown state', { code: 'XX000' }, 'retry', 'REPLICATION_BROKEN'],
    ['a frame that cannot be read', new RangeError('unknown frame 1'), 'retry', 'REPLICATION_BROKEN'],
    ['nonsense', undefined, 'retry', 'REPLICATION_BROKEN'],
  ])('%s', (_, error, ...verdict) => {
    const { action, code } = classifyReplicationError(error);
    expect([action, code]).toEqual(verdict);
  });
});
