import { sql } from 'kysely';
import { sourceOfProduct, topicNames } from '#contracts';
import { encodeEventHeaders } from '#kafka';
import { settle } from '#operations';
import type { CrmRecord } from './simulator.control.ts';
import type { StoryContext } from './story.context.ts';
import { until } from './until.ts';

/** A sign-up as the product makes it. */
export interface SignUp {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly phone: string;
}

/** The product's own code: an insert into its own table, and nothing else. @returns when it was committed, in epoch ms. */
export async function signUp({ product }: StoryContext, user: SignUp): Promise<number> {
  await sql`
    insert into public.users (id, email, full_name, phone, password_hash)
    values (${user.id}, ${user.email}, ${user.name}, ${user.phone}, 'never leaves the product')`.execute(product);
  return Date.now();
}

export async function signUpAndRollBack({ product }: StoryContext, user: SignUp): Promise<void> {
  const changedHerMind = new Error('rolled back');
  await product
    .transaction()
    .execute(async (trx) => {
      await sql`insert into public.users (id, email, full_name) values (${user.id}, ${user.email}, ${user.name})`.execute(
        trx,
      );
      throw changedHerMind;
    })
    .catch((error: unknown) => {
      if (error !== changedHerMind) throw error;
    });
}

export async function changePhone({ product }: StoryContext, change: { id: string; phone: string }): Promise<void> {
  await sql`update public.users set phone = ${change.phone} where id = ${change.id}`.execute(product);
}

export function leadOf({ crm }: StoryContext, userId: string): Promise<CrmRecord> {
  return until(`the Lead of ${userId}`, async () => {
    const leads = await crm.records('Leads');
    return leads.find((lead) => lead['External_User_ID'] === userId);
  });
}

/** When the CRM had acknowledged the first write of a user's record, in epoch milliseconds. */
export async function acknowledgedAt({ integration }: StoryContext, userId: string): Promise<number> {
  return until(`the CRM's answer for ${userId}`, async () => {
    const { rows } = await sql<{ at: Date }>`
      select min(a.finished_at) as at
        from ledger.attempts a join ledger.commands c on c.id = a.command_id
       where c.product = 'portal' and c.entity_id = ${userId} and a.outcome = 'succeeded'
      having min(a.finished_at) is not null`.execute(integration);
    return rows[0]?.at.getTime();
  });
}

/** Puts the very record of a user's first event into Kafka once more: same id, key, value and headers. */
export async function deliverAgain({ product, kafka, system }: StoryContext, userId: string): Promise<void> {
  const { rows } = await sql<{
    id: string;
    aggregate_id: string;
    event_type: string;
    event_version: number;
    tenant_id: string;
    payload: string;
    headers: string;
    occurred_at: string;
  }>`
    select id::text, aggregate_id, event_type, event_version, tenant_id, payload::text, headers::text, occurred_at::text
      from outbox.events where aggregate_id = ${userId} order by created_at limit 1`.execute(product);
  const [row] = rows;
  if (row === undefined) throw new Error(`no event of ${userId} in the outbox`);
  const encoded = encodeEventHeaders(
    {
      id: Buffer.from(row.id),
      aggregateId: Buffer.from(row.aggregate_id),
      eventType: Buffer.from(row.event_type),
      eventVersion: Buffer.from(String(row.event_version)),
      tenantId: Buffer.from(row.tenant_id),
      occurredAt: Buffer.from(row.occurred_at),
      headers: Buffer.from(row.headers),
    },
    Buffer.from(sourceOfProduct('portal')),
  );
  if ('reason' in encoded) throw new Error(encoded.reason);
  const producer = kafka.producer();
  await producer.connect();
  try {
    const topic = topicNames(system.topicPrefix).product('portal', 'user');
    await producer.send({
      topic,
      messages: [{ key: row.aggregate_id, value: row.payload, headers: Object.fromEntries(encoded.headers) }],
    });
  } finally {
    await producer.disconnect();
  }
}

export async function crmStatusOf({ product }: StoryContext, userId: string): Promise<string | null> {
  const { rows } = await sql<{ crm_status: string | null }>`
    select crm_status from public.users where id = ${userId}`.execute(product);
  return rows[0]?.crm_status ?? null;
}

/** How often each result stands in the readings of a user's record. */
export async function readingsOf({ integration }: StoryContext, userId: string): Promise<Record<string, number>> {
  const { rows } = await sql<{ result: string; count: number }>`
    select r.result, count(*)::integer as count
      from webhooks.readings r join ledger.links l using (connection_id, record_key)
     where l.product = 'portal' and l.entity_id = ${userId} group by r.result`.execute(integration);
  return Object.fromEntries(rows.map((row) => [row.result, row.count]));
}

/** Waits until nothing is under way: only then does "never" mean something. */
export async function quiet({ system }: StoryContext): Promise<void> {
  const left = await settle(system, { timeoutMs: 20_000 });
  if (left.length > 0)
    throw new Error(`still under way: ${left.map(({ what, count }) => `${count} ${what}`).join(', ')}`);
}
