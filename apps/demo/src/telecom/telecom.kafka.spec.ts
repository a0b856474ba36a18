import type { INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { BatchStrategy } from '#kafka';
import { createPool, createScratchDatabase, migrate, migrationFolder } from '#postgres';
import { aRecord, anEvent, kafkaTopics, postgresUrl, silentLogger, until } from '#testing';
import { telecom } from './telecom.part.ts';

it('a consumer of the four topics applies what it reads twice once, and answers through the outbox', async () => {
  await using topics = await kafkaTopics('telecom');
  const scratch = await createScratchDatabase({ adminUrl: postgresUrl(), prefix: 'telecomkafka' });
  const pool = createPool({ url: scratch.url, applicationName: 'telecom-kafka', max: 4 });
  const started: INestMicroservice[] = [];
  try {
    await migrate({ url: scratch.url, folder: migrationFolder('product') });
    await pool.query(telecom.migration);
    await pool.query(`
      insert into contracts (id, contract_number, customer_id, status, signed_on)
      select 'k' || n, 'CT-2026-00' || n, 'c' || n, 'signed', '2026-02-01' from generate_series(1, 3) n`);
    const names = await Promise.all(telecom.modules.map((module) => topics.create(`crm.${module.toLowerCase()}`)));
    const [deals = '', , contacts = ''] = names;
    const producer = topics.kafka.producer();
    await producer.connect();
    const message = (id: string, type: string, { n, data }: { n: number; data: object }) => {
      const common = { record_id: '7', changed_at: '2026-03-02T08:00:00Z', changed_by: null, customer_id: `c${n}` };
      const event = anEvent({ id, type, subject: `k${n}`, key: `c${n}`, data: { ...common, ...data } });
      const { key, value, headers } = aRecord(event);
      return { partition: 0, key, value, headers: { ...headers } };
    };
    const won = (n: number) => {
      const to = { previous_stage: null, stage: 'Closed Won', contract_status: 'active', move: 1 };
      const data = { module: 'Deals', contract_id: `k${n}`, contract_number: `CT-2026-00${n}`, ...to };
      return message(`won-${n}`, 'crm.deal.stage_changed', { n, data });
    };
    await producer.send({ topic: deals, messages: [won(1), won(2), won(1), won(3), won(3)] });
    const renamed = { module: 'Contacts', field: 'Last_Name', product_value: 'Nkosi', crm_value: 'N', restored: true };
    await producer.send({
      topic: contacts,
      messages: [message('renamed', 'crm.contact.conflict_recorded', { n: 1, data: renamed })],
    });
    await producer.disconnect();
    for (const group of ['first', 'second']) {
      const groupId = `${topics.prefix}${group}`;
      const { module } = telecom.open({ pool, group: 'telecom.crm', logger: silentLogger });
      const subscriptions = { [telecom.pattern]: names };
      const strategy = new BatchStrategy({ kafka: topics.kafka, groupId, subscriptions, logger: silentLogger });
      const app = await NestFactory.createMicroservice<MicroserviceOptions>(module, { strategy, logger: false });
      started.push(app);
      await app.listen();
      await until(async () => (await topics.committed(groupId, deals)) === '5');
      await until(async () => (await topics.committed(groupId, contacts)) === '1');
    }
    const { rows } = await pool.query<object>(`
      select (select array_agg(distinct status) from contracts) as statuses,
             (select count(*)::integer from outbox.events where event_type = 'contract.activated') as answers,
             (select count(*)::integer from crm_conflicts) as conflicts,
             (select count(*)::integer from inbox.set_aside) as aside`);
    expect(rows).toEqual([{ statuses: ['active'], answers: 3, conflicts: 1, aside: 0 }]);
  } finally {
    for (const app of started) await app.close();
    await pool.end();
    await scratch.drop();
  }
});
