import { runReturnPathCampaign } from '../chaos/return-path.campaign.ts';

it('what people do is in the product once, though notifications are lost, doubled and late and the webhook service is killed', async () => {
  const found = await runReturnPathCampaign({ rounds: 5, seed: 7, edits: 30, records: 15, say: () => undefined });
  expect(found).toEqual({ edits: 150, kills: 5, missing: [], doubled: 0, wrong: [] });
}, 300_000);
