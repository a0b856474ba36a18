import { kafkaBrokers, postgresUrl } from '#testing';
import { runRelayCampaign } from '../chaos/relay.campaign.ts';
import { FAULTS_OF_RELAY_MUTANT } from '../chaos/relay.faults.ts';
import { RELAY_MUTANTS } from '../chaos/relay.mutants.ts';

/** What each breaks is found by what is in the CRM. */
const FINDINGS = { 'blind-repeat': 'doubled', 'break-order': 'misordered', lose: 'lost' } as const;

describe('the campaign finds a relay that breaks its promise', () => {
  it.each(RELAY_MUTANTS)(
    '%s',
    async (mutant) => {
      const result = await runRelayCampaign({
        servers: { postgresUrl: postgresUrl(), kafkaBrokers: kafkaBrokers(), restart: {} },
        rounds: 4,
        seed: 3,
        mutant,
        faults: FAULTS_OF_RELAY_MUTANT[mutant],
        patienceMs: 20_000,
      });
      expect(result[FINDINGS[mutant]]).toBeGreaterThan(0);
    },
    300_000,
  );
});
