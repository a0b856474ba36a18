import { sql } from 'kysely';
import type { Json } from '#contracts';
import { claimCommands, insertCommands, putEchoes, readEchoes, settleCommands, type ClaimedCommand } from '#ledger';
import { aNewCommand, integrationDatabase, until, type IntegrationContext } from '#testing';
import type { DeletedRecord, DeletedResult, Failure, RecordsResult, ZohoRecord } from '#zoho';
import { webhooksParts, type WebhooksParts } from '../../test/webhooks.parts.ts';
import { markDirty } from '../dirty/dirty.store.ts';
import { HydratorService, type HydratorOptions } from './hydrator.service.ts';

const unavailable: Failure = { kind: 'unavailable', code: 'CRM_UNAVAILABLE', reason: 'HTTP 500' };

/** The one call that the hydrator makes, with what a person does meanwhile. */
class FakeReader {
  readonly records = new Map<string, ZohoRecord>();
  /** What the list of deleted records holds. */
  readonly gone: DeletedRecord[] = [];
  readonly deletedCalls: { module: string; since: Date }[] = [];
  readonly calls: { module: string; ids: readonly string[]; fields: readonly string[] }[] = [];
  failure: Failure | null = null;
  /** Happens while the call is under way, after the CRM has read its records. */
  meanwhile: () => Promise<unknown> = () => Promise.resolve();

  put(id: string, fields: Record<string, Json>): void {
    const person = { Modified_Time: '2026-03-01T10:00:00+01:00', Modified_By: { id: '9', name: 'Sally' } };
    this.records.set(id, { ...person, ...fields, id });
  }

  getById(_module: string, { id }: { id: string }) {
    return Promise.resolve({ kind: 'ok' as const, record: this.records.get(id) ?? null });
  }

  findByField(_module: string, { field, values }: { field: string; values: readonly (string | number)[] }) {
    const records = [...this.records.values()].filter((record) => values.includes(record[field] as string));
    return Promise.resolve({ kind: 'ok' as const, records });
  }

  async getByIds(
    module: string,
    { ids, fields }: { ids: readonly string[]; fields: readonly string[] },
  ): Promise<RecordsResult> {
    this.calls.push({ module, ids, fields });
    const failure = this.failure;
    const records = ids.flatMap((id) => this.records.get(id) ?? []);
    await this.meanwhile();
    return failure ?? { kind: 'ok', records };
  }

  deleted(module: string, { since }: { since: Date }): Promise<DeletedResult> {
    this.deletedCalls.push({ module, since });
    return Promise.resolve({ kind: 'ok', records: this.gone, nextPage: null });
  }

  convertedLead() {
    return Promise.resolve({ kind: 'ok' as const, leads: [] });
  }
}

let context: IntegrationContext;
let parts: WebhooksParts;
let crm: FakeReader;

beforeAll(async () => {
  context = await integrationDatabase('hydrator');
});
beforeEach(async () => {
  await context.clear();
  await context.addConnection({ watch: { Leads: ['Lead_Status', 'Phone'] } });
  parts = webhooksParts();
  crm = new FakeReader();
});
afterAll(() => context[Symbol.asyncDispose]());

function hydrator(seed: Partial<HydratorOptions> = {}): HydratorService {
  const { logger, metrics } = parts;
  return new HydratorService({
    db: context.db,
    clients: { clientOf: () => Promise.resolve(crm) },
    owner: 'webhooks-1',
    leaseMs: 60_000,
    mappings: [],
    logger,
    metrics,
    ...seed,
  });
}

/** Lead 700 + n is the record of user n; what was sent of it is known. */
async function linkLead(user: number, sent: Record<string, Json> = {}): Promise<string> {
  const recordId = String(700 + user);
  await insertCommands(context.db, [aNewCommand({ user: String(user), command: { fields: sent } })]);
  const command = await claimOne();
  await putEchoes(context.db, echoesOf(user, sent));
  await settle(command, recordId);
  return recordId;
}

const echoesOf = (user: number, sent: Record<string, Json>) =>
  Object.entries(sent).map(([field, value]) => {
    return { connectionId: 'c1', recordKey: `Leads/${user}`, field, value, source: 'sent' } as const;
  });

async function claimOne(): Promise<ClaimedCommand> {
  const options = { owner: 'relay', leaseMs: 60_000, limit: 1, connectionIds: ['c1'] };
  const [command] = await claimCommands(context.db, options);
  if (command === undefined) throw new Error('there was no command to claim');
  return command;
}

async function settle(command: ClaimedCommand, recordId: string): Promise<void> {
  const link = { product: 'portal', entityType: 'user', entityId: command.entityId, module: 'Leads', recordId };
  const outcome = { kind: 'succeeded', recordId, created: true } as const;
  await settleCommands(context.db, [{ command, outcome, link }], { owner: 'relay', random: () => 0 });
}

const mark = (...ids: string[]): Promise<void> =>
  markDirty(
    context.db,
    ids.map((recordId) => ({ connectionId: 'c1', module: 'Leads', recordId, reason: 'notification' })),
  );
const known = async (user: number): Promise<Record<string, Json>> => {
  const recordKey = `Leads/${user}`;
  const echoes = await readEchoes(context.db, { connectionId: 'c1', recordKeys: [recordKey] });
  return Object.fromEntries(echoes.get(recordKey) ?? []);
};
const hurry = async (): Promise<void> => {
  await sql`update webhooks.dirty set not_before = now()`.execute(context.db);
};

async function rows<T>(query: ReturnType<typeof sql<T>>): Promise<T[]> {
  return (await query.execute(context.db)).rows;
}
const readings = (): Promise<unknown[]> =>
  rows(sql`select record_id, record_key, result, changed_fields from webhooks.readings order by id`);
const events = (): Promise<Record<string, unknown>[]> =>
  rows(sql<Record<string, unknown>>`
    select id, aggregate_type, aggregate_id, partition_key, tenant_id, event_type, payload
      from outbox.events where aggregate_type <> 'outcomes' order by id`);
const dirty = async (): Promise<string[]> =>
  (await rows(sql<{ record_id: string }>`select record_id from webhooks.dirty order by record_id`)).map(
    (row) => row.record_id,
  );

describe('HydratorService', () => {
  it('has nothing to do', async () => {
    expect(await hydrator().round()).toBe(false);
    expect(crm.calls).toEqual([]);
  });

  it('drops an echo', async () => {
    const id = await linkLead(1, { Lead_Status: 'New', Phone: null });
    crm.put(id, { Lead_Status: 'New', Phone: null });
    await mark(id);
    expect(await hydrator().round()).toBe(true);
    expect(await events()).toEqual([]);
    expect(await readings()).toEqual([{ record_id: id, record_key: 'Leads/1', result: 'echo', changed_fields: [] }]);
    expect(await dirty()).toEqual([]);
    expect(crm.calls).toEqual([
      { module: 'Leads', ids: [id], fields: ['Lead_Status', 'Phone', 'Modified_Time', 'Modified_By'] },
    ]);
  });

  it("turns a person's edit into one event, and knows the value from then on", async () => {
    const id = await linkLead(1, { Phone: '5' });
    crm.put(id, { Lead_Status: 'Contacted', Phone: '5' });
    await mark(id);
    await hydrator().round();
    const found = await events();
    expect(found).toEqual([
      {
        id: expect.any(String),
        aggregate_type: 'leads',
        aggregate_id: '1',
        partition_key: '1',
        tenant_id: 'portal',
        event_type: 'crm.lead.changed',
        payload: {
          user_id: '1',
          module: 'Leads',
          record_id: id,
          changed_at: '2026-03-01T10:00:00+01:00',
          changed_by: { id: '9', name: 'Sally' },
          changes: { Lead_Status: { before: null, after: 'Contacted' } },
        },
      },
    ]);
    expect(await rows(sql`select result, changed_fields, event_id from webhooks.readings`)).toEqual([
      { result: 'edit', changed_fields: ['Lead_Status'], event_id: found[0]?.['id'] },
    ]);
    expect(await known(1)).toEqual({ Phone: '5', Lead_Status: 'Contacted' });

    await mark(id);
    await hydrator().round();
    expect(await events()).toHaveLength(1);
  });

  it('reads many at once, and says of each what it is', async () => {
    const [echo, edit, gone] = [await linkLead(1), await linkLead(2), await linkLead(3)];
    crm.put(echo, {});
    crm.put(edit, { Phone: '7' });
    crm.put('999', { Phone: '8' });
    await mark(echo, edit, gone, '999');
    await hydrator().round();
    expect(crm.calls).toHaveLength(1);
    expect((await readings()).toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)))).toEqual([
      { record_id: '701', record_key: 'Leads/1', result: 'echo', changed_fields: [] },
      { record_id: '702', record_key: 'Leads/2', result: 'edit', changed_fields: ['Phone'] },
      { record_id: '703', record_key: 'Leads/3', result: 'gone', changed_fields: [] },
      { record_id: '999', record_key: null, result: 'not_ours', changed_fields: [] },
    ]);
    expect(await dirty()).toEqual([]);
    expect(parts.lines).toContainEqual(expect.objectContaining({ code: 'RECORD_UNKNOWN', recordId: '999' }));
    expect(await parts.metric('hydrator_readings_total')).toHaveLength(4);
  });

  it.each(['ready', 'in_flight', 'unknown', 'parked'])(
    'waits while a command that is %s writes a field that differs, then says what the record means',
    async (state) => {
      const id = await linkLead(1, { Phone: '5' });
      await insertCommands(context.db, [aNewCommand({ user: '1', command: { fields: { Phone: '6' } } })]);
      await sql`update ledger.commands set state = ${state} where id = 2`.execute(context.db);
      crm.put(id, { Phone: '6' });
      await mark(id);
      // What has waited for long pauses for longest: for half a minute, which a busy machine does not take to look again.
      await sql`update webhooks.dirty set first_marked_at = now() - interval '1 hour'`.execute(context.db);
      await hydrator().round();
      expect([await readings(), await dirty()]).toEqual([[], [id]]);
      expect(await hydrator().round()).toBe(false);
      await putEchoes(context.db, echoesOf(1, { Phone: '6' }));
      await sql`update ledger.commands set state = 'succeeded' where id = 2`.execute(context.db);
      await hurry();
      await hydrator().round();
      expect([await readings(), await events()]).toMatchObject([[{ result: 'echo' }], []]);
    },
  );

  it('waits while a record that nobody knows may turn out to be ours', async () => {
    await insertCommands(context.db, [aNewCommand({ user: '1', command: { fields: { Phone: '5' } } })]);
    const command = await claimOne();
    await putEchoes(context.db, echoesOf(1, { Phone: '5' }));
    crm.put('701', { Phone: '5' });
    await mark('701');
    await hydrator().round();
    expect(await dirty()).toEqual(['701']);
    await settle(command, '701');
    await hurry();
    await hydrator().round();
    expect(await readings()).toEqual([{ record_id: '701', record_key: 'Leads/1', result: 'echo', changed_fields: [] }]);
  });

  it('reads a record again that was marked while it was read', async () => {
    const id = await linkLead(1);
    crm.put(id, { Phone: '5' });
    await mark(id);
    crm.meanwhile = async () => {
      crm.meanwhile = () => Promise.resolve();
      crm.put(id, { Phone: '6' });
      await mark(id);
    };
    await hydrator().round();
    expect(await dirty()).toEqual([id]);
    await hydrator().round();
    expect(await dirty()).toEqual([]);
    expect((await events()).map(({ payload }) => payload)).toMatchObject([
      { changes: { Phone: { before: null, after: '5' } } },
      { changes: { Phone: { before: '5', after: '6' } } },
    ]);
  });

  it('reads again when the CRM does not answer', async () => {
    const id = await linkLead(1);
    crm.put(id, { Phone: '5' });
    crm.failure = unavailable;
    await mark(id);
    expect(await hydrator().round()).toBe(true);
    expect(await dirty()).toEqual([id]);
    expect(parts.lines).toContainEqual(expect.objectContaining({ level: 'warn', code: 'CRM_UNAVAILABLE', records: 1 }));
    crm.failure = null;
    await hurry();
    await hydrator().round();
    expect(await events()).toHaveLength(1);
  });

  it('drops marks of what is not watched any more', async () => {
    const id = await linkLead(1);
    await mark(id);
    await sql`update connections.connections set settings = '{}'`.execute(context.db);
    await hydrator().round();
    expect(await dirty()).toEqual([]);
    expect(crm.calls).toEqual([]);
  });

  it('never tells values in a log line', async () => {
    const id = await linkLead(1);
    crm.put(id, { Phone: '+49 170 1234567' });
    await mark(id);
    await hydrator().round();
    expect(parts.lines.length).toBeGreaterThan(0);
    expect(JSON.stringify(parts.lines)).not.toContain('1234567');
  });
});

describe('our own writes', () => {
  it('regression: are no edit when they come and go while the record is read', async () => {
    const id = await linkLead(1, { Phone: '5' });
    crm.put(id, { Phone: '5' });
    await mark(id);
    // The CRM has read the old value; before its answer arrives a command writes a new one, whole.
    crm.meanwhile = async () => {
      crm.meanwhile = () => Promise.resolve();
      await insertCommands(context.db, [aNewCommand({ user: '1', command: { fields: { Phone: '6' } } })]);
      const command = await claimOne();
      await putEchoes(context.db, echoesOf(1, { Phone: '6' }));
      await settle(command, id);
      crm.put(id, { Phone: '6' });
    };
    await hydrator().round();
    expect(await events()).toEqual([]);
    expect(await dirty()).toEqual([id]);
    await hurry();
    await hydrator().round();
    expect(await events()).toEqual([]);
    expect(await readings()).toMatchObject([{ result: 'echo' }]);
  });

  it('regression: are not forgotten when an edit is seen at the same moment', async () => {
    const id = await linkLead(1, { Phone: '5' });
    crm.put(id, { Phone: 'a person' });
    await mark(id);
    // Between the judgement and its transaction the dispatcher notes what it is about to send.
    await context.pool.query(`
      create function send_meanwhile() returns trigger language plpgsql as $$ begin
        update ledger.echoes set value = '"6"', source = 'sent'; return new; end $$;
      create trigger send before insert on webhooks.readings for each statement execute function send_meanwhile()`);
    try {
      await hydrator().round();
    } finally {
      await context.pool.query('drop function send_meanwhile cascade');
    }
    expect(await events()).toHaveLength(1);
    expect(await known(1)).toEqual({ Phone: '6' });
  });
});

describe('many hydrators', () => {
  it('make one event of an edit', async () => {
    const ids = [];
    for (let user = 1; user <= 30; user += 1) ids.push(await linkLead(user));
    for (const id of ids) crm.put(id, { Phone: id });
    await mark(...ids);
    const work = async (): Promise<void> => {
      while (await hydrator({ owner: 'same-process' }).round());
    };
    await Promise.all([work(), work(), work()]);
    expect(await events()).toHaveLength(30);
    expect(await dirty()).toEqual([]);
  });

  it.each(['same-process', 'another-process'])(
    'regression: make one event of an edit though the lease of the first ran out (%s)',
    async (owner) => {
      const id = await linkLead(1);
      crm.put(id, { Phone: '5' });
      await mark(id);
      const { promise: opened, resolve: open } = Promise.withResolvers<void>();
      let reading = false;
      crm.meanwhile = () => {
        if (reading) return Promise.resolve();
        reading = true;
        return opened;
      };
      const slow = hydrator({ owner: 'same-process', leaseMs: -1000 });
      const late = slow.round();
      await until(() => reading);
      // The other one has the record from here on; both have read it, and neither has said what it means.
      const { promise: finish, resolve: finished } = Promise.withResolvers<void>();
      crm.meanwhile = () => finish;
      const fast = owner === 'same-process' ? slow : hydrator({ owner });
      const heir = fast.round();
      await until(() => crm.calls.length === 2);
      open();
      finished();
      await Promise.all([late, heir]);
      expect(await events()).toHaveLength(1);
    },
  );
});

describe('trouble', () => {
  it('regression: a client that cannot be made gives the records back at once', async () => {
    const id = await linkLead(1);
    await mark(id);
    const broken = hydrator({ clients: { clientOf: () => Promise.reject(new Error('no key')) } });
    await expect(broken.round()).rejects.toThrow('no key');
    await hurry();
    crm.put(id, { Phone: '5' });
    await hydrator().round();
    expect(await events()).toHaveLength(1);
  });
});
