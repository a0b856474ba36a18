import { createLogger } from '#observability';
import { HEARTBEAT_PREFIX, MessageIntake, judgeMessage } from './message.intake.ts';

describe('judgeMessage', () => {
  const ours = { prefix: 'ours', takesMessages: true };

  it.each([
    ['ours, transactional', true, 'ours', ours, 'row'],
    ['ours, not transactional: it survives a rollback', false, 'ours', ours, 'refused'],
    ['ours, where the preset takes none', true, 'ours', { ...ours, takesMessages: false }, 'refused'],
    ['ours, where none are asked for', true, 'ours', { ...ours, prefix: undefined }, 'foreign'],
    ['of somebody else', true, 'theirs', ours, 'foreign'],
    ['of somebody else, not transactional', false, 'theirs', ours, 'foreign'],
    ['a heartbeat', false, HEARTBEAT_PREFIX, ours, 'position'],
    ['a heartbeat that is in a transaction, and so no position', true, HEARTBEAT_PREFIX, ours, 'foreign'],
  ] as const)('%s', (...[, transactional, prefix, source, expected]) => {
    expect(judgeMessage({ transactional, prefix }, source)).toBe(expected);
  });
});

describe('MessageIntake', () => {
  it('counts every message that is refused and tells of the first', () => {
    const lines: string[] = [];
    const logger = createLogger({ service: 'test', destination: { write: (line) => lines.push(line) } });
    let refused = 0;
    const metrics = { refusedMessages: { inc: () => (refused += 1) } };
    const intake = new MessageIntake({ prefix: 'ours', preset: {}, logger, metrics });
    for (let n = 0; n < 3; n += 1)
      intake.judge({ transactional: false, lsn: 5n, prefix: 'ours', content: Buffer.from('a payload') });
    expect(refused).toBe(3);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('MESSAGE_REFUSED');
    expect(lines[0]).not.toContain('a payload');
  });
});
