import { connectClient } from '#postgres';
import { postgresUrl } from '#testing';
import { readFailoverProblems } from './failover.ts';
import type { SlotState } from './slot.ts';

const slot: SlotState = {
  name: 's',
  plugin: 'pgoutput',
  database: 'd',
  active: true,
  activePid: null,
  restartLsn: null,
  confirmedFlush: null,
  walStatus: 'reserved',
  invalidationReason: null,
  heldBackBytes: 0,
  safeWalBytes: null,
  failover: false,
};

describe('readFailoverProblems', () => {
  it('regression: a session that asks who the server is was taken for a standby', async () => {
    const client = await connectClient({ url: postgresUrl(), applicationName: 'spec' });
    const asking = await connectClient({ url: postgresUrl(), applicationName: 'spec', replication: true });
    try {
      await asking.query('IDENTIFY_SYSTEM');
      expect(await readFailoverProblems(client, slot)).toEqual([]);
    } finally {
      await Promise.all([asking.end(), client.end()]);
    }
  });
});
