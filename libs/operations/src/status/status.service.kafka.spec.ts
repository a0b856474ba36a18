import { sql } from 'kysely';
import { insertCommands } from '#ledger';
import { aNewCommand, integrationDatabase, kafkaTopics, type IntegrationContext, type KafkaTopics } from '#testing';
import { readLedgerStatus, readParkedReasons } from './ledger.status.ts';
import { readStatus, type StatusTarget } from './status.service.ts';
import type { StatusReport } from './status.types.ts';

let context: IntegrationContext;
let topics: KafkaTopics;

beforeAll(async () => {
  [context, topics] = await Promise.all([integrationDatabase('status'), kafkaTopics('status')]);
});
beforeEach(async () => {
  await context.clear();
  await context.addConnection();
});
afterAll(async () => {
  await topics[Symbol.asyncDispose]();
  await context[Symbol.asyncDispose]();
});

const nobody = 'postgres://nobody@127.0.0.1:1/none';
const target = (seed: Partial<StatusTarget> = {}): StatusTarget => ({
  kafkaBrokers: topics.brokers,
  topicPrefix: topics.prefix,
  packs: ['signup-lead'],
  topics: { partitions: 1, replication: 1, retentionMs: undefined },
  sources: [{ name: 'portal', url: context.url, slot: 'no_such_slot' }],
  integration: { url: context.url },
  services: [],
  ...seed,
});
const stepOf = ({ flow }: StatusReport, name: string) => flow.find(({ step }) => step === name);
const execute = (query: string): Promise<unknown> => sql.raw(query).execute(context.db);

describe('the ledger', () => {
  it('counts what waits and for how long, what is called, and what waits behind parked commands', async () => {
    await insertCommands(
      context.db,
      ['a', 'b', 'c', 'd', 'd'].map((user) => aNewCommand({ user })),
    );
    await execute(`update ledger.commands set created_at = now() - interval '90 seconds' where entity_id = 'a'`);
    await execute(`update ledger.commands set state = 'in_flight', attempts_started = 1 where entity_id = 'b'`);
    await execute(`insert into ledger.attempts (command_id, number, started_at)
                   select id, 1, now() - interval '30 seconds' from ledger.commands where entity_id = 'b'`);
    await execute(`update ledger.commands set state = 'parked', code = 'CRM_DUPLICATE', created_at = now() - interval '1 hour'
                    where id = (select min(id) from ledger.commands where entity_id = 'd')`);
    const status = await readLedgerStatus(context.db);
    expect(status).toMatchObject({ ready: 2, behindParked: 1, calling: 1, deliveries: 0, dirty: 0, setAside: 0 });
    expect(Math.floor(status.readyOldest ?? 0)).toBeGreaterThanOrEqual(90);
    expect(Math.floor(status.callingOldest ?? 0)).toBeGreaterThanOrEqual(30);
    expect(status.deliveriesOldest).toBeNull();
    const [reason, ...others] = await readParkedReasons(context.db);
    expect(reason).toMatchObject({ code: 'CRM_DUPLICATE', count: 1, connections: ['c1'], owner: 'sales admin' });
    expect(reason?.oldestSeconds).toBeGreaterThanOrEqual(3600);
    expect(others).toEqual([]);
  });

  it('has rates of the last minute alone', async () => {
    await execute(`insert into relay.folds (mapping, tenant_id, key, event_id, event_type, occurred_at, produced_at, folded_at, verdict)
      select 'm', 't', 'k', 'e' || n, 'x', now(), now(), now() - make_interval(secs => n * 40), 'applied' from generate_series(0, 3) n`);
    await execute(`insert into webhooks.dirty (connection_id, module, record_id, reason, first_marked_at)
      values ('c1', 'Leads', '1', 'sweep', now() - interval '20 seconds')`);
    await execute(`select outbox.emit('outcomes', '1', 'crm.command.succeeded', '{}')`);
    const status = await readLedgerStatus(context.db);
    expect(status).toMatchObject({ foldsPerMinute: 2, answersPerMinute: 1, readingsPerMinute: 0, dirty: 1 });
  });
});

describe('readStatus', () => {
  it('names what cannot be reached, and tells the rest', async () => {
    const services = [{ name: 'relay', url: 'http://127.0.0.1:1' }];
    const sources = [{ name: 'portal', url: nobody, slot: 's' }];
    const report = await readStatus(target({ sources, services, kafkaBrokers: ['127.0.0.1:1'] }));
    expect(report.parts.map(({ part, reached }) => [part, reached])).toEqual([
      ['source portal', false],
      ['kafka', false],
      ['integration database', true],
      ['relay', false],
    ]);
    expect(stepOf(report, 'outbox portal')).toMatchObject({ waiting: null, oldestSeconds: null, perMinute: null });
    expect(stepOf(report, 'Kafka → mapper')).toMatchObject({ waiting: null, perMinute: 0 });
    expect(stepOf(report, 'ledger')).toMatchObject({ waiting: 0 });
    expect(report.remarks.map(({ level }) => level)).toEqual(['problem', 'problem', 'problem']);
    expect(report.connections.map(({ id }) => id)).toEqual(['c1']);
  });

  it('is empty where there is nothing, and says that no slot is there', async () => {
    const report = await readStatus(target());
    expect(report.parts.every(({ reached }) => reached)).toBe(true);
    expect(report.slots).toEqual([expect.objectContaining({ source: 'portal', exists: false, isRead: false })]);
    expect(stepOf(report, 'outbox portal')).toMatchObject({ waiting: null, perMinute: 0 });
    expect(stepOf(report, 'Kafka → mapper')).toMatchObject({ waiting: 0, oldestSeconds: null });
    expect(report).toMatchObject({ parked: [], channels: [], setAside: 0, behindParked: 0 });
  });

  it('counts rows and records on their way to the mapper, with the age of the oldest', async () => {
    await execute(`select outbox.emit('user', '1', 'user.created', '{}')`);
    const topic = await topics.create('portal.user', 2);
    await topics.produce(topic, ['{}', '{}'], 1);
    const report = await readStatus(target());
    expect(stepOf(report, 'outbox portal')).toMatchObject({ perMinute: 1 });
    const step = stepOf(report, 'Kafka → mapper');
    expect(step).toMatchObject({ waiting: 2, unit: 'records' });
    expect(step?.oldestSeconds).toBeLessThan(600);
  });
});
