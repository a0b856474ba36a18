import { kafkaBrokers, postgresUrl } from '#testing';
import { runRelayCampaign, type RelayRound } from '../chaos/relay.campaign.ts';

describe('a short campaign of faults against the relay', () => {
  it('the CRM is what the fold says: nothing lost, nothing twice, each record in order', async () => {
    const rounds = 9;
    const found: Pick<RelayRound, 'fault' | 'unplayed' | 'examples' | 'alarms'>[] = [];
    const result = await runRelayCampaign({
      servers: { postgresUrl: postgresUrl(), kafkaBrokers: kafkaBrokers(), restart: {} },
      rounds,
      seed: 6,
      faults: [
        'answers lost, then killed',
        'answers cut at a byte',
        'killed: batch mapped',
        'killed: call answered',
        'killed: lead converted',
        'killed: timers told',
        'two relays, one is killed',
        'too many requests',
        'frozen, another takes over: echoes stored',
      ],
      onRound: (round) => found.push(round),
    });
    // The rounds first: they say what was found.
    for (const { fault, unplayed, examples, alarms } of found)
      expect({ fault, unplayed, examples, alarms }).toEqual({ fault, examples: [], alarms: [] });
    expect(result).toMatchObject({ rounds, unplayed: 0, alarms: 0, lost: 0, doubled: 0, misordered: 0, wrong: 0 });
    expect(Object.keys(result.faults)).toHaveLength(rounds);
    expect(result.events).toBeGreaterThan(200);
  }, 900_000);
});
