import { kafkaBrokers, postgresUrl } from '#testing';
import { runPublisherCampaign } from '../chaos/publisher.campaign.ts';
import { FAULTS_OF_MUTANT } from '../chaos/publisher.faults.ts';
import { MUTANTS } from '../chaos/publisher.mutants.ts';

/** What each breaks is found by what a consumer sees, or no longer sees. */
const FINDINGS = { 'early-confirm': 'lost', 'skip-position': 'doubled', reorder: 'misordered' } as const;

describe('the campaign finds a publisher that breaks its promise', () => {
  it.each(MUTANTS)(
    '%s',
    async (mutant) => {
      const result = await runPublisherCampaign({
        servers: { postgresUrl: postgresUrl(), kafkaBrokers: kafkaBrokers(), restart: {} },
        rounds: 2,
        seed: 7,
        mutant,
        faults: FAULTS_OF_MUTANT[mutant],
        patienceMs: 6000,
      });
      expect(result[FINDINGS[mutant]]).toBeGreaterThan(0);
    },
    900_000,
  );
});
