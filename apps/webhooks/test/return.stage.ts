import { sql } from 'kysely';
import type { Json, JsonObject } from '#contracts';
import { eventStep, foldSteps } from '#folding';
import { claimCommands, settleCommands } from '#ledger';
import { eventOf, type Mapping } from '#mapping';
import { transaction } from '#postgres';
import { integrationDatabase, type IntegrationContext } from '#testing';
import type { ConvertedLead, ZohoRecord } from '#zoho';
import { markDirty, type DirtyMark } from '../src/dirty/dirty.store.ts';
import { HydratorService } from '../src/hydrator/hydrator.service.ts';
import { webhooksParts, type WebhooksParts } from './webhooks.parts.ts';

/** A CRM with a recycle bin, as far as the hydrator asks it. */
export class BinCrm {
  readonly records = new Map<string, ZohoRecord>();
  readonly bin = new Map<string, ZohoRecord>();
  readonly converted = new Map<string, ConvertedLead>();
  /** What our writes said, in order. */
  readonly writes: { readonly recordId: string; readonly fields: JsonObject; readonly trigger: readonly string[] }[] =
    [];

  put(id: string, fields: Readonly<Record<string, Json>>): void {
    const changed = { Modified_Time: '2026-03-02T10:00:00+02:00', Modified_By: { id: '9', name: 'Sally' } };
    this.records.set(id, { ...changed, ...this.records.get(id), ...fields, id });
  }

  move(id: string, to: 'bin' | 'records'): void {
    const [from, into] = to === 'bin' ? [this.records, this.bin] : [this.bin, this.records];
    const record = from.get(id);
    if (record === undefined) throw new Error(`${id} is not there`);
    from.delete(id);
    into.set(id, record);
  }

  getByIds(_module: string, { ids }: { ids: readonly string[] }) {
    return Promise.resolve({ kind: 'ok' as const, records: ids.flatMap((id) => this.records.get(id) ?? []) });
  }

  getById(_module: string, { id }: { id: string }) {
    return Promise.resolve({ kind: 'ok' as const, record: this.records.get(id) ?? null });
  }

  deleted() {
    return Promise.resolve({ kind: 'ok' as const, records: [], nextPage: null });
  }

  /** A person converts a Lead: it is not in lists any more, and its Contact is there. */
  convert(id: string, contactId: string, at: number): void {
    const record = this.records.get(id);
    if (record === undefined) throw new Error(`${id} is not there`);
    this.records.delete(id);
    this.converted.set(id, { id, contactId, accountId: null, dealId: null, convertedAt: at });
    this.put(contactId, record);
  }

  convertedLead(ids: readonly string[]) {
    return Promise.resolve({ kind: 'ok' as const, leads: ids.flatMap((id) => this.converted.get(id) ?? []) });
  }

  findByField() {
    return Promise.resolve({ kind: 'ok' as const, records: [] });
  }
}

const DELETED = { kind: 'rejected', code: 'deleted_in_crm', reason: 'it is not in the CRM', field: null } as const;

/** Packs from their events to the CRM and back, a step at a time: `told` folds, `dispatch` writes, `read` hydrates. */
export class ReturnStage {
  readonly context: IntegrationContext;
  readonly #mappings: readonly Mapping[];
  crm = new BinCrm();
  parts: WebhooksParts = webhooksParts();
  #minute = 0;

  private constructor(context: IntegrationContext, mappings: readonly Mapping[]) {
    this.context = context;
    this.#mappings = mappings;
  }

  static async open(prefix: string, mappings: readonly Mapping[]): Promise<ReturnStage> {
    return new ReturnStage(await integrationDatabase(prefix), mappings);
  }

  async reset(tenantId: string): Promise<void> {
    await this.context.clear();
    await sql`truncate webhooks.seen, ledger.released`.execute(this.context.db);
    await this.context.addConnection({ tenantId });
    this.parts = webhooksParts();
    this.crm = new BinCrm();
    this.#minute = 0;
  }

  /** Folds an event, a minute later than the one before. */
  async told(mapping: Mapping, type: string, event: { subject: string; key: string; data: JsonObject }): Promise<void> {
    this.#minute += 1;
    const at = `10:${String(this.#minute).padStart(2, '0')}:00`;
    const made = eventOf(mapping, { id: `${type}/${at}`, type, time: `2026-03-01T${at}Z`, ...event });
    const record = { topic: 't', partition: 0, offset: '0', key: null, value: null, headers: {}, timestamp: 0 };
    const step = eventStep(made, { record, entityType: type.split('.')[0] ?? '' });
    await transaction(this.context.db, (trx) => foldSteps(trx, { mapping, steps: [step] }));
  }

  /** All that waits is written, record after record; a write of what is in the bin is refused, and parks its record. */
  async dispatch(): Promise<void> {
    for (;;) {
      const options = { owner: 'relay', leaseMs: 60_000, limit: 50, connectionIds: ['c1'] };
      const claimed = await claimCommands(this.context.db, options);
      if (claimed.length === 0) return;
      const settled = claimed.map((command) => {
        const { product, entityType, entityId, module, recordKey, fields, identity, trigger } = command;
        const recordId = command.link?.recordId ?? `id-${recordKey}`;
        if (this.crm.bin.has(recordId)) return { command, outcome: DELETED };
        this.crm.put(recordId, { ...fields, [identity.field]: identity.value });
        this.crm.writes.push({ recordId, fields, trigger });
        const link = { product, entityType, entityId, module, recordId };
        return { command, outcome: { kind: 'succeeded', recordId, created: false } as const, link };
      });
      await settleCommands(this.context.db, settled, { owner: 'relay', random: () => 0 });
    }
  }

  async read(module: string, recordId: string, reason: DirtyMark['reason'] = 'notification'): Promise<void> {
    await markDirty(this.context.db, [{ connectionId: 'c1', module, recordId, reason }]);
    await this.readMarked();
  }

  /** Reads what is marked. */
  async readMarked(): Promise<void> {
    await sql`update webhooks.dirty set not_before = now()`.execute(this.context.db);
    const { logger, metrics } = this.parts;
    const clients = { clientOf: () => Promise.resolve(this.crm) };
    const base = { db: this.context.db, clients, owner: 'w', leaseMs: 60_000, logger, metrics };
    const hydrator = new HydratorService({ ...base, mappings: this.#mappings });
    if (!(await hydrator.round())) throw new Error('nothing is marked');
  }

  async rows<T>(query: ReturnType<typeof sql<T>>): Promise<T[]> {
    return (await query.execute(this.context.db)).rows;
  }

  /** Types of the events that were told of records of this kind, in order. */
  async types(thing: string): Promise<string[]> {
    const rows = await this.rows(sql<{ type: string }>`
      select event_type as type from outbox.events where event_type like ${`crm.${thing}.%`} order by created_at`);
    return rows.map(({ type }) => type);
  }

  async readings(): Promise<string[]> {
    const rows = await this.rows(sql<{ result: string }>`select result from webhooks.readings order by id`);
    return rows.map(({ result }) => result);
  }
}
