import { sql } from 'kysely';
import { insertCommands } from '#ledger';
import { aNewCommand, integrationDatabase, kafkaTopics, type IntegrationContext, type KafkaTopics } from '#testing';
import { fixFindings } from './doctor.fix.ts';
import { examine } from './doctor.service.ts';
import type { DoctorTarget } from './doctor.target.ts';
import type { Finding } from './finding.ts';

let context: IntegrationContext;
let topics: KafkaTopics;
beforeAll(async () => {
  [context, topics] = await Promise.all([integrationDatabase('doctor_fix'), kafkaTopics('doctor-fix')]);
});
beforeEach(() => context.clear());
afterAll(async () => {
  const admin = topics.kafka.admin();
  await admin.connect();
  const own = (await admin.listTopics()).filter((topic) => topic.startsWith(topics.prefix));
  if (own.length > 0) await admin.deleteTopics({ topics: own });
  await admin.disconnect();
  await topics[Symbol.asyncDispose]();
  await context[Symbol.asyncDispose]();
});

const target = () =>
  ({
    kafkaBrokers: topics.brokers,
    topicPrefix: topics.prefix,
    packs: ['signup-lead'],
    topics: { partitions: 1, replication: 1, retentionMs: undefined },
    sources: [{ name: 'portal', url: context.url, slot: 'no_such_slot' }],
    integration: { url: context.url, secretKey: 'c3'.repeat(32) },
    services: [],
  }) satisfies DoctorTarget;
const execute = (query: string): Promise<unknown> => sql.raw(query).execute(context.db);
const found = (findings: readonly Finding[], check: string): Finding | undefined =>
  findings.find((finding) => finding.check === check);

describe('doctor', () => {
  it('fixes what is safe, once, and writes each into the audit', async () => {
    // Paused, so that the check of its CRM does not go out.
    await context.addConnection({ state: 'paused' });
    await insertCommands(context.db, [aNewCommand({ user: '1' })]);
    await execute('update ledger.commands set behind_parked = true');
    await execute(`do $$ begin execute (select 'drop table outbox.' || quote_ident(c.relname) from pg_class c
      where c.relname = 'events_' || to_char(now() at time zone 'UTC' + interval '1 day', 'YYYYMMDD')); end $$`);
    const before = await examine(target());
    expect(found(before, 'topics')?.fix).toEqual({ name: 'topics-create', of: '' });
    expect(found(before, 'portal: upkeep')?.fix).toEqual({ name: 'outbox-partitions', of: 'portal' });
    expect(found(before, 'commands behind parked ones')?.fix).toEqual({ name: 'parked-marks', of: '' });
    const fixed = await fixFindings(target(), before, { by: 'ada', reason: 'r' });
    expect(fixed.map(({ fix, done }) => [fix.name, done])).toEqual([
      ['outbox-partitions', true],
      ['topics-create', true],
      ['parked-marks', true],
    ]);
    const after = await examine(target());
    expect(after.filter(({ fix }) => fix !== undefined)).toEqual([]);
    expect(found(after, 'topics')?.status).toBe('ok');
    const { rows } = await sql<{ fix: string }>`
      select details->>'fix' as fix from ledger.audit where verb = 'doctor fix' order by id`.execute(context.db);
    expect(rows.map(({ fix }) => fix)).toEqual(['outbox-partitions', 'topics-create', 'parked-marks']);
  });

  it('says what of a fix did not work, and goes on with the others', async () => {
    const fix = { name: 'outbox-partitions', of: 'nowhere' } as const;
    const gone = { check: 'x', status: 'note', detail: '', action: '', fix } as const;
    const marks = { ...gone, fix: { name: 'parked-marks', of: '' } } as const;
    const fixed = await fixFindings(target(), [gone, marks], { by: 'ada', reason: 'r' });
    expect(fixed.map(({ done, detail }) => [done, detail])).toEqual([
      [false, 'there is no source nowhere'],
      [true, '0 marked, 0 freed'],
    ]);
  });

  it('names what the way back, the mapper and the role lack', async () => {
    await context.addConnection({ watch: { Leads: ['Lead_Status'] }, state: 'paused' });
    const idle = await examine(target());
    expect(found(idle, 'mapper')).toMatchObject({
      status: 'wrong',
      detail: expect.stringContaining('nobody') as unknown,
    });
    expect(found(idle, 'integration: grants')?.status).toBe('ok');
    expect(found(idle, 'credits of c1')?.status).toBe('ok');
    expect(found(idle, 'portal: clock')?.status).toBe('ok');
  });
});
