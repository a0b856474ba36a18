import { FAULT_POINTS } from '../../apps/webhooks/src/fault.points.ts';
import { ReturnPathCampaign, type ReturnPathRound } from '../chaos/return-path/return-path.campaign.ts';

/** One system for all of it: starting one takes longer than a round. */
let campaign: ReturnPathCampaign;
const CLEAN = { lost: 0, doubled: 0, misordered: 0, wrong: 0, examples: [] };

beforeAll(async () => {
  campaign = await ReturnPathCampaign.open({ rounds: 0, seed: 7, edits: 8, records: 4, kills: 3 });
});
afterAll(() => campaign[Symbol.asyncDispose]());

it('what people do is in the product once, whatever becomes of notifications, and wherever the webhook service is killed', async () => {
  const rounds: ReturnPathRound[] = [];
  for (const fault of ['lost (30 %), doubled, reordered', 'delayed by an hour', 'withheld for a day'] as const)
    rounds.push(await campaign.play(fault));
  for (const round of rounds) expect(round).toMatchObject(CLEAN);
  expect(rounds.flatMap(({ killed }) => killed).toSorted()).toEqual([...FAULT_POINTS].toSorted());
}, 900_000);

it('what people did while nobody was there for a day is in the product once', async () => {
  const round = await campaign.play('nobody there for a day');
  expect(round).toMatchObject(CLEAN);
  // regression: the CRM's clock was past the life of every channel that the service could ask for
  expect(round).not.toHaveProperty('unplayed');
});

it('a service that tells an event twice is found', async () => {
  expect((await campaign.play('lost (30 %)', 'doubles-events')).doubled).toBeGreaterThan(0);
});
