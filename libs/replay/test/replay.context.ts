import { sql } from 'kysely';
import { eventStep, foldSteps, type EventRecord } from '#folding';
import { putEchoes, putLinks } from '#ledger';
import { defineMapping, type Mapping } from '#mapping';
import { transaction } from '#postgres';
import { aRecord, anEvent, type IntegrationContext } from '#testing';
import { z } from 'zod';
import type { EventSource, Place, SourcePart } from '../src/source/event.source.ts';

/** Counts what its user says; version 1 counts each `bought` twice, and shouts. */
export function counting(version: 1 | 2): Mapping {
  return defineMapping({
    name: 'counting',
    product: 'portal',
    version,
    destination: 'zoho-crm',
    events: {
      'user.bought': { 1: z.object({ note: z.string().optional() }) },
      'user.left': { 1: z.object({}) },
    },
    initial: { bought: 0, gone: false },
    fold: {
      'user.bought': (state, { subject, data }, tools) => {
        if (data.note === (version === 1 ? 'odd' : 'old')) return tools.setAside('invalid_value', 'note');
        const parent = { module: 'Leads', identity: { field: 'Ext', value: subject } };
        if (data.note !== undefined) {
          tools.effect({
            effect: 'note',
            key: `portal/note/${subject}/${data.note}`,
            parent,
            title: data.note,
            content: null,
          });
          tools.effect({
            effect: 'task',
            key: `portal/task/${subject}/${data.note}`,
            parent,
            fields: { Subject: data.note },
          });
        }
        return { ...state, id: subject, bought: state.bought + (version === 1 ? 2 : 1) };
      },
      'user.left': (state) => ({ ...state, gone: true }),
    },
    project: (state) => {
      const { id, bought, gone } = state as unknown as { id?: string; bought: number; gone: boolean };
      if (id === undefined || gone) return [];
      const name = version === 1 ? `USER ${id}` : `User ${id}`;
      return [{ module: 'Leads', identity: { field: 'Ext', value: id }, fields: { Last_Name: name, Bought: bought } }];
    },
    setup: {},
    scopes: [],
  });
}

/** Kafka as an array: records by their offsets, which may be dropped. */
export class MemorySource implements EventSource {
  readonly records: EventRecord[] = [];
  /** What retention has taken. */
  readonly dropped = new Set<string>();
  /** Called before each look, with its number. */
  onFind: (number: number) => Promise<void> = () => Promise.resolve();
  #finds = 0;

  parts(): Promise<SourcePart[]> {
    const kept = this.records.filter(({ offset }) => !this.dropped.has(offset));
    const read = async function* (): AsyncGenerator<EventRecord[]> {
      await Promise.resolve();
      yield kept;
    };
    return Promise.resolve([{ name: 'all', whole: this.dropped.size === 0, records: kept.length, read }]);
  }

  async find(places: readonly Place[]): Promise<Map<string, EventRecord>> {
    await this.onFind((this.#finds += 1));
    const byOffset = new Map(this.records.map((record) => [record.offset, record]));
    const found = places.flatMap(({ eventId, at }): [string, EventRecord][] => {
      const record = at === null || this.dropped.has(at.offset) ? undefined : byOffset.get(at.offset);
      return record === undefined ? [] : [[eventId, record]];
    });
    return new Map(found);
  }

  /** An event, as the relay with this mapping takes it. */
  async happens(
    context: IntegrationContext,
    { mapping, user, type = 'user.bought', note }: { mapping: Mapping; user: string; type?: string; note?: string },
  ): Promise<void> {
    const offset = String(this.records.length);
    const event = anEvent({ id: `e${offset}`, subject: user, type, data: note === undefined ? {} : { note } });
    const record = aRecord(event, { offset, timestamp: 1_772_359_200_000 + this.records.length * 1000 });
    this.records.push(record);
    await transaction(context.db, (trx) =>
      foldSteps(trx, { mapping, steps: [eventStep(event, { record, entityType: 'user' })] }),
    );
  }
}

export interface CommandSeen {
  readonly connection: string;
  readonly record: string;
  readonly operation: string;
  readonly lane: string;
  readonly fields: Record<string, unknown>;
}

/** Commands from one id on, in order. */
export async function commandsAfter(context: IntegrationContext, id: string): Promise<CommandSeen[]> {
  const { rows } = await sql<CommandSeen>`
    select connection_id as connection, record_key as record, operation, lane, fields from ledger.commands
     where id > ${id}::bigint order by id`.execute(context.db);
  return rows;
}

export async function lastCommand(context: IntegrationContext): Promise<string> {
  const { rows } = await sql<{ id: string }>`select coalesce(max(id), 0)::text as id from ledger.commands`.execute(
    context.db,
  );
  return rows[0]?.id ?? '0';
}

/** All commands reach the CRM, one after another: links and echoes are as the dispatcher leaves them. */
export async function deliverAll(context: IntegrationContext): Promise<void> {
  const { rows } = await sql<{
    id: string;
    connection_id: string;
    record_key: string;
    entity_id: string;
    module: string;
    operation: string;
    fields: Record<string, never>;
  }>`
    update ledger.commands set state = 'succeeded', finished_at = now() where state = 'ready'
    returning id::text, connection_id, record_key, entity_id, module, operation, fields`.execute(context.db);
  const writes = rows.filter(({ operation }) => operation === 'write').toSorted((a, b) => Number(a.id) - Number(b.id));
  for (const { connection_id: connectionId, record_key: recordKey, entity_id: entityId, module, fields } of writes) {
    const link = {
      connectionId,
      recordKey,
      product: 'portal',
      entityType: 'user',
      entityId,
      module,
      recordId: `id-${recordKey}`,
    };
    await putLinks(context.db, [link]);
    await putEchoes(
      context.db,
      Object.entries(fields).map(([field, value]) => ({ connectionId, recordKey, field, value, source: 'sent' })),
    );
  }
}
