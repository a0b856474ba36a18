import { measureTakeovers } from '../bench/takeover.measure.ts';

const brokers = (process.env['CAUSEWAY_KAFKA_BROKERS'] ?? '').split(',');

describe('takeover by a warm standby, rows being written meanwhile', () => {
  // `npm run bench -- takeover` measures; here the bound only tells apart what waits for a timeout.
  it('of a publisher that was killed: soon, no row lost, doubled or out of order', async () => {
    const { tookMs, ...counts } = await measureTakeovers({ brokers, rounds: 2, signal: 'SIGKILL' });
    expect(counts).toMatchObject({ lost: 0, doubled: 0, misordered: 0 });
    expect(Math.max(...tookMs)).toBeLessThan(10_000);
  });

  it('of a publisher that is frozen: the standby ends its connection; awake again it finds itself fenced', async () => {
    const settings = { CAUSEWAY_HOLDER_TIMEOUT: '3s' };
    const { tookMs, ...counts } = await measureTakeovers({ brokers, rounds: 1, signal: 'SIGSTOP', settings });
    expect(counts).toMatchObject({ lost: 0, doubled: 0, misordered: 0 });
    // The server itself would wait for wal_sender_timeout.
    expect(Math.max(...tookMs)).toBeLessThan(20_000);
  });
});
