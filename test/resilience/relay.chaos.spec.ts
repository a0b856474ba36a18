import { kafkaBrokers, postgresUrl } from '#testing';
import { COUNTERS } from '../chaos/campaign.checker.ts';
import { runRelayCampaign, type RelayRound } from '../chaos/relay.campaign.ts';
import type { RelayFaultName } from '../chaos/relay.faults.ts';

/**
 * A round mostly waits: for leases, for a consumer group, for what is tried again. So two campaigns go on side by side, each with a
 * system of its own.
 */
const CAMPAIGNS: readonly (readonly RelayFaultName[])[] = [
  ['answers lost, then killed', 'killed: batch mapped', 'killed: lead converted', 'two relays, one is killed'],
  [
    'answers cut at a byte',
    'killed: call answered',
    'killed: timers told',
    'too many requests',
    'frozen, another takes over: echoes stored',
  ],
];

describe('a short campaign of faults against the relay', () => {
  it('the CRM is what the fold says: nothing lost, nothing twice, each record in order', async () => {
    const found: Pick<RelayRound, 'fault' | 'unplayed' | 'examples' | 'alarms'>[] = [];
    const results = await Promise.all(
      CAMPAIGNS.map((faults) =>
        runRelayCampaign({
          servers: { postgresUrl: postgresUrl(), kafkaBrokers: kafkaBrokers(), restart: {} },
          rounds: faults.length,
          seed: 6,
          faults,
          onRound: (round) => found.push(round),
        }),
      ),
    );
    // The rounds first: they say what was found.
    for (const { fault, unplayed, examples, alarms } of found)
      expect({ fault, unplayed, examples, alarms }).toEqual({ fault, examples: [], alarms: [] });
    for (const [at, result] of results.entries()) {
      const rounds = CAMPAIGNS[at]?.length ?? 0;
      expect(result).toMatchObject({ rounds, unplayed: 0, alarms: 0 });
      expect(COUNTERS.map((counter) => result[counter])).toEqual(COUNTERS.map(() => 0));
      expect(Object.keys(result.faults)).toHaveLength(rounds);
    }
    expect(results.reduce((sum, { events }) => sum + events, 0)).toBeGreaterThan(200);
  }, 900_000);
});
