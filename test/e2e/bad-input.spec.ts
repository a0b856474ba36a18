import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { topicNames } from '#contracts';
import { createKafka } from '#kafka';
import { createLogger } from '#observability';
import { appProgram } from '#system';
import { SystemFixture } from '../support/system.fixture.ts';
import { until } from '../support/until.ts';

/** What comes in wrong: nothing is lost, nothing stops, and each can be seen. */
describe('bad input', () => {
  let fixture: SystemFixture;
  beforeAll(async () => {
    fixture = await SystemFixture.start();
  });
  afterAll(() => fixture.stop());

  const signUp = async (id: string, name = 'Any One'): Promise<void> => {
    await sql`insert into public.users (id, email, full_name) values (${id}, ${`${id}@example.test`}, ${name})`.execute(
      fixture.product,
    );
  };
  const leadsOf = async (id: string) =>
    (await fixture.simulator.records('Leads')).filter((lead) => lead['External_User_ID'] === id);
  const expectFlow = async (): Promise<void> => {
    const id = `after-${randomUUID().slice(0, 8)}`;
    await signUp(id);
    await until('the next sign-up', async () => ((await leadsOf(id)).length === 1 ? true : null));
  };
  const produce = async (message: { key: string; value: string; headers: Record<string, string> }): Promise<void> => {
    const { kafka: addresses, topicPrefix } = fixture.system.details;
    const logger = createLogger({ service: 'test', level: 'silent' });
    const producer = createKafka({ brokers: addresses.brokers, clientId: 'test', logger }).producer();
    await producer.connect();
    await producer.send({ topic: topicNames(topicPrefix).product('portal', 'user'), messages: [message] });
    await producer.disconnect();
  };
  const headers = (own: Record<string, string> = {}): Record<string, string> => ({
    ce_id: randomUUID(),
    ce_source: '/portal',
    ce_type: 'user.created',
    ce_subject: 'x1',
    ce_time: '2026-03-01T10:00:00Z',
    ce_specversion: '1.0',
    ce_tenantid: 'portal',
    ...own,
  });
  const setAside = async (eventId: string) => {
    const { rows } = await sql<{ code: string; field: string | null; value: string }>`
      select code, field, convert_from(record_value, 'utf8') as value
        from relay.set_aside where event_id = ${eventId}`.execute(fixture.integration);
    return rows[0];
  };
  /** The command line as an operator calls it. */
  const causeway = async (...args: string[]): Promise<string> => {
    const env = {
      PATH: process.env['PATH'],
      CAUSEWAY_INTEGRATION_URL: fixture.system.details.integration.url,
    };
    const { stdout } = await promisify(execFile)(process.execPath, [appProgram('cli'), ...args], { env });
    return stdout;
  };

  it('a rolled-back transaction leaves nothing, in Kafka or in the CRM', async () => {
    const id = `ghost-${randomUUID().slice(0, 8)}`;
    const rollBack = new Error('rolled back');
    await fixture.product
      .transaction()
      .execute(async (trx) => {
        await sql`insert into public.users (id, full_name) values (${id}, 'Gho St')`.execute(trx);
        throw rollBack;
      })
      .catch((error: unknown) => expect(error).toBe(rollBack));
    await expectFlow();
    await fixture.quiet();
    expect(await leadsOf(id)).toEqual([]);
    const { rows } = await sql`select 1 from relay.folds where key = ${id}`.execute(fixture.integration);
    expect(rows).toEqual([]);
  });

  it('a malformed event is set aside whole as EVENT_MALFORMED', async () => {
    const given = headers();
    await produce({ key: 'x1', value: '{"id": "x1", ', headers: given });
    const found = await until('the event set aside', () => setAside(given['ce_id'] ?? ''));
    expect(found).toEqual({ code: 'EVENT_MALFORMED', field: 'data', value: '{"id": "x1", ' });
    expect(await causeway('set-aside', 'list')).toContain('EVENT_MALFORMED');
    await expectFlow();
  });

  it('an event of an unknown type is set aside as unknown_event', async () => {
    const given = headers({ ce_type: 'user.levitated' });
    await produce({ key: 'x1', value: '{"id": "x1"}', headers: given });
    const found = await until('the event set aside', () => setAside(given['ce_id'] ?? ''));
    expect(found?.code).toBe('unknown_event');
    await expectFlow();
  });

  it('an event with no mapping is set aside as EVENT_UNMAPPED', async () => {
    const given = headers({ ce_source: '/nobody' });
    await produce({ key: 'x1', value: '{"id": "x1"}', headers: given });
    const found = await until('the event set aside', () => setAside(given['ce_id'] ?? ''));
    expect(found?.code).toBe('EVENT_UNMAPPED');
    await expectFlow();
  });

  it('a CRM rejection parks that record only, and a retry finishes it', async () => {
    const id = `reject-${randomUUID().slice(0, 8)}`;
    const item = {
      code: 'MANDATORY_NOT_FOUND',
      details: { api_name: 'Company', json_path: '$.data[0].Company' },
      message: 'required field not found',
      status: 'error',
    };
    await fixture.simulator.act('faults', {
      kind: 'records.upsert',
      count: 1,
      effect: { status: 400, body: { data: [item] } },
    });
    await signUp(id);
    const parked = await until('the parked command', async () => {
      const list = JSON.parse(await causeway('parked', 'list', '--json')) as {
        id: string;
        recordKey: string;
        code: string;
        field: string;
      }[];
      return list.find(({ recordKey }) => recordKey === `Leads/${id}`);
    });
    expect(parked).toMatchObject({ code: 'CRM_MANDATORY_MISSING', field: 'Company' });
    await expectFlow();
    await fixture.quiet();
    expect(await leadsOf(id)).toEqual([]);
    await causeway('parked', 'retry', parked.id, '--reason', 'Company is optional now', '--yes');
    await until('the Lead after the retry', async () => ((await leadsOf(id)).length === 1 ? true : null));
  });

  const notify = async (body: string, address?: string): Promise<number> => {
    const [channel] = await fixture.simulator.channels();
    const response = await fetch(address ?? channel?.notify_url ?? '', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    return response.status;
  };
  const deliveries = async (): Promise<number> => {
    const { rows } = await sql<{ count: number }>`select count(*)::integer as count from webhooks.deliveries`.execute(
      fixture.integration,
    );
    return rows[0]?.count ?? 0;
  };
  const notification = async (ids: string[], token?: string): Promise<string> => {
    const [channel] = await fixture.simulator.channels();
    const operation = { operation: 'update', channel_id: channel?.channel_id, token: token ?? channel?.token };
    return JSON.stringify({ server_time: 1, module: 'Leads', ids, ...operation });
  };

  it('a notification with a wrong token is answered 401 and nothing is stored', async () => {
    await fixture.quiet();
    const before = await deliveries();
    expect(await notify(await notification(['1'], 'guessed'))).toBe(401);
    const { url } = fixture.system.details.webhooks;
    expect(await notify(await notification(['1']), `${url}/notifications/guessed`)).toBe(401);
    expect(await deliveries()).toBe(before);
  });

  it('a notification that is no JSON, but has the token, is kept and marked NOTIFICATION_UNREADABLE', async () => {
    const [channel] = await fixture.simulator.channels();
    expect(await notify('<html>not json</html>')).toBe(401);
    const cut = `{"module":"Leads","token":"${channel?.token}","ids":["1"`;
    expect(await notify(cut)).toBe(200);
    const found = await until('the unreadable notification', async () => {
      const { rows } = await sql<{ body: string }>`
        select convert_from(body, 'utf8') as body from webhooks.deliveries
         where code = 'NOTIFICATION_UNREADABLE'`.execute(fixture.integration);
      return rows[0];
    });
    expect(found.body).toBe(cut);
    await fixture.quiet();
  });

  it('a notification for an unknown record is read and gives no event (RECORD_UNKNOWN)', async () => {
    const { records } = (await fixture.simulator.act('create', {
      module: 'Leads',
      fields: { Last_Name: 'Stranger', Lead_Status: 'Contacted' },
    })) as { records: { id: string }[] };
    const id = records[0]?.id ?? '';
    expect(await notify(await notification([id]))).toBe(200);
    const result = await until('the reading', async () => {
      const { rows } = await sql<{ result: string }>`
        select result from webhooks.readings where record_id = ${id}`.execute(fixture.integration);
      return rows[0]?.result;
    });
    expect(result).toBe('not_ours');
    await fixture.quiet();
    const { rows } = await sql`select 1 from outbox.events where event_type = 'crm.lead.changed'`.execute(
      fixture.integration,
    );
    expect(rows).toEqual([]);
  });
});
