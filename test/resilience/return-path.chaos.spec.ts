import { runReturnPathCampaign } from '../chaos/return-path.campaign.ts';

it('what people do is in the product once, though notifications are lost, doubled and late and the webhook service is killed', async () => {
  const found = await runReturnPathCampaign({ rounds: 9, seed: 7, edits: 20, records: 15, say: () => undefined });
  expect(found).toEqual({ edits: 180, kills: 9, missing: [], doubled: [], wrong: [] });
}, 300_000);
