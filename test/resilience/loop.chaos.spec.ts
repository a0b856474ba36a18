import { postgresUrl } from '#testing';
import { runLoopCampaign } from '../chaos/loop/loop.campaign.ts';

const servers = { postgresUrl: postgresUrl() };

it('product and people edit the same records, and nothing goes round', async () => {
  const options = { servers, records: 20, rounds: 4, edits: 100, seed: 11 };
  const found: unknown[] = [];
  const result = await runLoopCampaign({ ...options, onRound: ({ examples }) => found.push(...examples) });
  expect(found).toEqual([]);
  expect(result).toMatchObject({ edits: 400, lost: 0, doubled: 0, misordered: 0, wrong: 0 });
  expect(result.writes).toBeGreaterThan(0);
});

it('without the echo ledger it goes round for ever, and is found', async () => {
  const options = { servers, records: 20, rounds: 1, edits: 40, seed: 13 };
  const result = await runLoopCampaign({ ...options, mutant: 'no-echo-ledger' });
  // It does not come to an end, and records are written far more often than they were edited.
  expect(result.wrong).toBe(1);
  expect(result.doubled).toBeGreaterThan(0);
});
