import { kafkaBrokers, postgresUrl } from '#testing';
import { runPublisherCampaign } from '../chaos/publisher.campaign.ts';

describe('a short campaign of faults against the publisher', () => {
  it('every committed row once, in commit order for each key, and no rolled-back row', async () => {
    const rounds = 4;
    const result = await runPublisherCampaign({
      postgresUrl: postgresUrl(),
      brokers: kafkaBrokers(),
      rounds,
      seed: 4,
      writers: 2,
      faults: [
        'kill around a commit',
        'kill in a large transaction',
        'two fight, the first is killed',
        'walsender terminated',
      ],
    });
    expect(result).toMatchObject({ rounds, lost: 0, doubled: 0, misordered: 0, wrong: 0 });
    expect(result.rows).toBeGreaterThan(100);
  }, 300_000);
});
