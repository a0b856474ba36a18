import { sql } from 'kysely';
import { topicNames } from '#contracts';
import { readCommitted } from '../support/read-committed.consumer.ts';
import { SystemFixture } from '../support/system.fixture.ts';
import { until } from '../support/until.ts';

const SIGN_UPS = 1000;

/** Each process in turn is killed (SIGKILL) in the middle of 1,000 sign-ups and started again by its supervisor. */
describe('kill -9 of one process in the middle of 1,000 sign-ups', () => {
  let fixture: SystemFixture;
  beforeAll(async () => {
    // What a killed relay had claimed is free again after this time; a call to the simulator takes milliseconds.
    fixture = await SystemFixture.start({ env: { CAUSEWAY_LEASE_TIME: '5s' } });
  });
  afterAll(() => fixture.stop());

  const signUpAll = async (prefix: string, onHalf: () => void): Promise<void> => {
    for (let index = 0; index < SIGN_UPS; index += 1) {
      if (index === SIGN_UPS / 2) onHalf();
      const id = `${prefix}-${index}`;
      await sql`insert into public.users (id, email, full_name) values (${id}, ${`${id}@example.test`}, 'Some One')`.execute(
        fixture.product,
      );
    }
  };
  const leadsOf = async (prefix: string): Promise<string[]> => {
    const leads = await fixture.simulator.records('Leads');
    return leads.map((lead) => String(lead['External_User_ID'])).filter((id) => id.startsWith(`${prefix}-`));
  };

  it.each(['publisher-portal', 'relay', 'webhooks', 'simulator'])(
    '%s: 1,000 Leads and 1,000 records in Kafka, none twice',
    async (name) => {
      const prefix = name.replace(/[^a-z]/g, '');
      const service = fixture.service(name);
      const { pid, restarts } = service;
      await signUpAll(prefix, () => service.kill('SIGKILL'));
      await until(`${name} has come back`, () =>
        Promise.resolve(service.restarts > restarts && service.pid !== pid ? true : null),
      );
      await service.ready;
      const enough = async (): Promise<true | null> => (new Set(await leadsOf(prefix)).size === SIGN_UPS ? true : null);
      await until('all Leads', enough);
      await fixture.quiet();
      expect((await leadsOf(prefix)).length).toBe(SIGN_UPS);

      const { kafka, topicPrefix } = fixture.system.details;
      const seen = await readCommitted({
        brokers: kafka.brokers,
        topic: topicNames(topicPrefix).product('portal', 'user'),
        groupPrefix: topicPrefix,
        enough: (records) => records.filter(({ key }) => key.startsWith(`${prefix}-`)).length >= SIGN_UPS,
      });
      const ours = seen.filter(({ key }) => key.startsWith(`${prefix}-`));
      expect(ours.length).toBe(SIGN_UPS);
      expect(new Set(ours.map(({ eventId }) => eventId)).size).toBe(SIGN_UPS);
    },
  );
});
