import { kafkaBrokers, postgresUrl } from '#testing';
import { runRelayCampaign } from '../chaos/relay.campaign.ts';
import { FAULTS_OF_RELAY_MUTANT } from '../chaos/relay.faults.ts';
import { RELAY_MUTANTS } from '../chaos/relay.mutants.ts';

/** What each breaks is found by what is in the CRM. */
const FINDINGS = { 'blind-repeat': 'doubled', 'break-order': 'misordered', lose: 'lost' } as const;

/** A relay that keeps its promise has no finding in any of them. */
const CAMPAIGNS = 6;

describe('the campaign finds a relay that breaks its promise', () => {
  it.each(RELAY_MUTANTS)(
    '%s',
    async (mutant) => {
      let found = 0;
      // Whether a fault meets the call that it is meant for is a matter of moments: on a busy machine the first rounds may miss it.
      for (let seed = 3; found === 0 && seed < 3 + CAMPAIGNS; seed += 1) {
        const result = await runRelayCampaign({
          servers: { postgresUrl: postgresUrl(), kafkaBrokers: kafkaBrokers(), restart: {} },
          rounds: 4,
          seed,
          mutant,
          faults: FAULTS_OF_RELAY_MUTANT[mutant],
          patienceMs: 20_000,
        });
        found = result[FINDINGS[mutant]];
      }
      expect(found).toBeGreaterThan(0);
    },
    900_000,
  );
});
