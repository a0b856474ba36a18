import { kafkaBrokers, postgresUrl } from '#testing';
import { runPublisherCampaign } from '../chaos/publisher.campaign.ts';

describe('a short campaign of faults against the publisher', () => {
  it('every committed row once, in commit order for each key, and no rolled-back row', async () => {
    const rounds = 10;
    const result = await runPublisherCampaign({
      servers: { postgresUrl: postgresUrl(), kafkaBrokers: kafkaBrokers(), restart: {} },
      rounds,
      seed: 4,
      faults: [
        'kill around a commit',
        'two fight, the first is killed',
        'walsender terminated',
        'Kafka answers lost, then killed',
        'killed: slot owned',
        'killed: records sent',
        'killed: commit answered',
        'killed: part stored',
        'first start, killed: slot created',
        'frozen, another takes over: before commit',
      ],
    });
    expect(result).toMatchObject({ rounds, unplayed: 0, alarms: 0, lost: 0, doubled: 0, misordered: 0, wrong: 0 });
    expect(Object.keys(result.faults)).toHaveLength(rounds);
    expect(result.rows).toBeGreaterThan(100);
  }, 900_000);

  it('a publisher that was frozen while it compared slot and position does not call a person', async () => {
    const result = await runPublisherCampaign({
      servers: { postgresUrl: postgresUrl(), kafkaBrokers: kafkaBrokers(), restart: {} },
      rounds: 1,
      seed: 1,
      faults: ['frozen, another takes over: position read'],
    });
    expect(result).toMatchObject({ unplayed: 0, alarms: 0, lost: 0, doubled: 0, misordered: 0, wrong: 0 });
  }, 900_000);
});
