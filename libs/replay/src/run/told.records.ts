import { sql, type QueryExecutorProvider } from 'kysely';
import type { Json } from '#contracts';
import type { NewCommand } from '#ledger';
import { goesOut } from '#mapping';
import type { ToldRecord, ToldValue } from './repair.policy.ts';

interface Mutable extends ToldRecord {
  isLost: boolean;
  readonly fields: Map<string, ToldValue>;
}

/** What we told the CRM of these records of a connection, with what open commands are about to tell it, by record key. */
export async function readTold(
  db: QueryExecutorProvider,
  { connectionId, recordKeys }: { readonly connectionId: string; readonly recordKeys: readonly string[] },
): Promise<Map<string, ToldRecord>> {
  const told = new Map<string, Mutable>();
  const of = (recordKey: string): Mutable => {
    const found = told.get(recordKey) ?? { isLost: false, fields: new Map<string, ToldValue>() };
    told.set(recordKey, found);
    return found;
  };
  const wanted = [...recordKeys];
  const links = await sql<{ record_key: string; is_lost: boolean }>`
    select record_key, lost_at is not null as is_lost from ledger.links
     where connection_id = ${connectionId} and record_key = any(${wanted}::text[])`.execute(db);
  for (const { record_key: key, is_lost: isLost } of links.rows) of(key).isLost = isLost;
  const open = await sql<{ record_key: string; operation: string; fields: Record<string, Json> }>`
    select record_key, operation, fields from ledger.commands
     where connection_id = ${connectionId} and record_key = any(${wanted}::text[]) and operation in ('write', 'delete')
       and state in ('ready', 'in_flight', 'unknown', 'parked')
     order by id`.execute(db);
  for (const { record_key: key } of open.rows) of(key);
  const echoes = await sql<{ record_key: string; field: string; value: Json; source: string }>`
    select record_key, field, value, source from ledger.echoes
     where connection_id = ${connectionId} and record_key = any(${[...told.keys()]}::text[])`.execute(db);
  for (const { record_key: key, field, value, source } of echoes.rows) {
    of(key).fields.set(field, { value, by: source === 'sent' ? 'us' : 'person' });
  }
  for (const { record_key: key, operation, fields } of open.rows) {
    // A delete takes the record away: what follows makes it anew.
    if (operation === 'delete') told.delete(key);
    else for (const [field, value] of Object.entries(fields)) of(key).fields.set(field, { value, by: 'us' });
  }
  return told;
}

/**
 * The commands without effects that were asked for before, done or not, or that would tell people to do something. Of an effect that stands
 * among them twice the first one counts.
 */
export async function withoutKnownEffects(
  db: QueryExecutorProvider,
  commands: readonly NewCommand[],
): Promise<NewCommand[]> {
  const effects = commands.filter(({ command }) => command.effectKey !== undefined);
  const known = await knownEffects(db, effects);
  return commands.filter(({ origin, command }) => {
    if (command.effectKey === undefined) return true;
    const name = JSON.stringify([origin.connectionId, command.effectKey]);
    if (known.has(name) || !goesOut('replay', command)) return false;
    known.add(name);
    return true;
  });
}

async function knownEffects(db: QueryExecutorProvider, effects: readonly NewCommand[]): Promise<Set<string>> {
  if (effects.length === 0) return new Set();
  const keys = effects.map(({ command }) => command.effectKey ?? '');
  const connections = [...new Set(effects.map(({ origin }) => origin.connectionId))];
  const { rows } = await sql<{ connection_id: string; effect_key: string }>`
    select connection_id, effect_key from ledger.commands
     where connection_id = any(${connections}::text[]) and effect_key = any(${keys}::text[])
     union all
    select connection_id, effect_key from ledger.kept_effects
     where connection_id = any(${connections}::text[]) and effect_key = any(${keys}::text[])`.execute(db);
  return new Set(rows.map((row) => JSON.stringify([row.connection_id, row.effect_key])));
}
