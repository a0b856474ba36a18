import { runReturnPathCampaign } from '../chaos/return-path.campaign.ts';

it('what people do is in the product once, though notifications are lost, doubled and late and the webhook service is killed', async () => {
  const found = await runReturnPathCampaign({ rounds: 4, seed: 7, edits: 20, records: 15, say: () => undefined });
  expect(found).toMatchObject({ edits: 80, missing: [], doubled: [], wrong: [] });
  // A busy machine may not come to a step in the time of its round.
  expect(found.kills).toBeGreaterThan(0);
}, 300_000);
