import type { Client } from 'pg';
import { connectClient, migrationFolder, readMigrations } from '#postgres';
import { formatLsn, inspectPublication, inspectSlot, publicationProblem } from '#replication';
import { isOwnOutbox, nameOf } from '../outbox/outbox.table.ts';
import { tableOf } from '../slot/source.target.ts';
import type { SourcePart } from './doctor.target.ts';
import { notReached, note, ok, wrong, type Finding } from './finding.ts';
import { checkOtherTable } from './table.checks.ts';
import { checkUpkeep } from './upkeep.checks.ts';

export const PUBLICATION = 'causeway_outbox';
/** Clocks that differ by more than this are told of. */
const MOST_CLOCK_SECONDS = 30;
/** Oldest server that the migrations were written for. */
const OLDEST_VERSION = 160_000;

/**
 * A database whose outbox is published: server, publication, slot, grants; of the table of our migrations also these, its upkeep and its
 * captures, of another one what can be told of its rows.
 */
export async function checkSource(source: SourcePart): Promise<Finding[]> {
  const name = (check: string): string => `${source.name}: ${check}`;
  let client: Client;
  try {
    client = await connectClient({ url: source.url, applicationName: 'causeway-doctor' });
  } catch (error) {
    return [notReached(name('database'), error, 'Check the address and that Postgres runs.')];
  }
  try {
    const isOwn = isOwnOutbox(source);
    const findings = [
      await checkServer(client),
      ...(isOwn ? [await checkMigrations(client, 'product')] : []),
      await checkPublication(client, source),
      await checkSlot(client, source.slot),
      await checkGrants(client, { readsOutbox: isOwn }),
      ...(isOwn
        ? [await checkUpkeep(client, source.name), ...(await checkCaptures(client))]
        : [await checkOtherTable(client, source)]),
      ...(await checkInbox(client)),
      await checkClock(client),
    ];
    return findings.map((finding) => ({ ...finding, check: name(finding.check) }));
  } finally {
    await client.end();
  }
}

async function checkServer(client: Client): Promise<Finding> {
  const { rows } = await client.query<{ version: number; wal_level: string; standby: boolean }>(
    `select current_setting('server_version_num')::integer as version, current_setting('wal_level') as wal_level,
            pg_is_in_recovery() as standby`,
  );
  const { version = 0, wal_level: walLevel = '', standby = false } = rows[0] ?? {};
  const detail = `version ${Math.floor(version / 10_000)}, wal_level ${walLevel}`;
  if (version < OLDEST_VERSION) return wrong('server', detail, 'Use Postgres 16 or newer.');
  if (walLevel !== 'logical') return wrong('server', detail, 'Set wal_level = logical and restart Postgres.');
  if (standby) return wrong('server', `${detail}, a standby`, 'Let the URL lead to the primary (SOURCE_IS_STANDBY).');
  return ok('server', detail);
}

/** Numbered SQL files that were not applied to this database. */
export async function checkMigrations(client: Client, folder: 'product' | 'integration'): Promise<Finding> {
  const files = await readMigrations(migrationFolder(folder));
  const { rows } = await client.query<{ there: boolean }>(
    `select to_regclass('causeway.migrations') is not null as there`,
  );
  const applied = rows[0]?.there
    ? (await client.query<{ name: string }>('select name from causeway.migrations where folder = $1', [folder])).rows
    : [];
  const missing = files.filter(({ name }) => !applied.some((found) => found.name === name)).map(({ name }) => name);
  if (missing.length === 0) return ok('migrations', `${files.length} applied`);
  return wrong('migrations', `not applied: ${missing.join(', ')}`, `Run causeway migrate ${folder}.`);
}

async function checkPublication(client: Client, source: SourcePart): Promise<Finding> {
  const { publication = PUBLICATION } = source;
  const [table, name] = [tableOf(source), nameOf(tableOf(source))];
  const state = await inspectPublication(client, { name: publication, table });
  const problem = publicationProblem(state);
  if (problem === null) return ok('publication', `${publication} holds ${name}`);
  const byHand = state.exists
    ? 'See PUBLICATION_MISSING in docs/reference/errors.md.'
    : `create publication ${publication} for table ${name};`;
  const action = isOwnOutbox(source) && publication === PUBLICATION ? 'Run causeway migrate product.' : byHand;
  return wrong('publication', `${publication}: ${problem}`, action);
}

async function checkSlot(client: Client, slotName: string): Promise<Finding> {
  const slot = await inspectSlot(client, slotName);
  if (slot === undefined)
    return wrong('slot', `${slotName} does not exist`, 'Start the publisher once: it makes its slot.');
  const heldBack = `${Math.round((slot.heldBackBytes ?? 0) / 1024)} kB of WAL held back`;
  if (slot.walStatus === 'lost') {
    return wrong(
      'slot',
      `${slotName} is lost (${slot.invalidationReason ?? 'reason unknown'})`,
      'See SLOT_LOST in docs/reference/errors.md.',
    );
  }
  if (!slot.active) return wrong('slot', `${slotName} is read by nobody, ${heldBack}`, 'Start the publisher.');
  const confirmed = slot.confirmedFlush === null ? 'nothing' : formatLsn(slot.confirmedFlush);
  return ok('slot', `${slotName} active, confirmed to ${confirmed}, ${heldBack}`);
}

async function checkGrants(client: Client, { readsOutbox }: { readonly readsOutbox: boolean }): Promise<Finding> {
  const { rows } = await client.query<{ role: string; replication: boolean }>(
    `select current_user as role, rolreplication or rolsuper as replication from pg_roles where rolname = current_user`,
  );
  const { role = '?', replication = false } = rows[0] ?? {};
  if (!replication) return wrong('grants', `${role} lacks REPLICATION`, `alter role ${role} replication;`);
  if (!readsOutbox) return ok('grants', `${role} may replicate`);
  const { rows: granted } = await client.query<{ select: boolean | null }>(
    `select has_schema_privilege(relnamespace, 'usage') and has_table_privilege(oid, 'select') as select
       from pg_class where oid = to_regclass('outbox.events')`,
  );
  // Without the table the migrations are what is missing.
  if (granted[0]?.select === false)
    return wrong('grants', `${role} may not read outbox.events`, `grant causeway_publisher to ${role};`);
  return ok('grants', `${role} may replicate and read outbox.events`);
}

/** Events of the way back that the product could not use. */
async function checkInbox(client: Client): Promise<Finding[]> {
  const may = await client.query<{ may: boolean | null }>(
    `select has_schema_privilege(n.oid, 'usage') and has_table_privilege(to_regclass('inbox.set_aside'), 'select') as may
       from pg_namespace n where n.nspname = 'inbox'`,
  );
  // The publisher's own role may not look; nothing is known then.
  if (may.rows[0]?.may !== true) return [];
  const { rows } = await client.query<{ open: number }>(
    'select count(*)::integer as open from inbox.set_aside where ended_at is null',
  );
  const open = rows[0]?.open ?? 0;
  const action = 'select inbox.redrive(id), or inbox.skip(id): see libs/inbox/README.md.';
  return open === 0
    ? [ok('inbox', 'no event is set aside')]
    : [note('inbox', `the product has set ${open} events aside`, action)];
}

/** Ages, leases and sweeps compare the clocks of servers and of processes. */
export async function checkClock(client: Client): Promise<Finding> {
  const { rows } = await client.query<{ at: number }>(
    `select (extract(epoch from clock_timestamp()) * 1000)::double precision as at`,
  );
  const seconds = Math.round(((rows[0]?.at ?? Date.now()) - Date.now()) / 1000);
  if (Math.abs(seconds) <= MOST_CLOCK_SECONDS) return ok('clock', 'that of this machine');
  return note('clock', `differs from this machine's by ${seconds} s`, 'Keep all machines at the same time (NTP).');
}

async function checkCaptures(client: Client): Promise<Finding[]> {
  const there = await client.query<{ has: boolean }>(`select to_regclass('outbox.captures') is not null as has`);
  if (there.rows[0]?.has !== true) return [];
  const { rows } = await client.query<{ table_name: string; aggregate_type: string; enabled: boolean }>(
    'select table_name::text, aggregate_type, enabled from outbox.captures',
  );
  return rows.map(({ table_name: table, aggregate_type: type, enabled }) =>
    enabled
      ? ok('capture', `${table} gives ${type} events`)
      : note(
          'capture',
          `the trigger on ${table} is switched off: its changes are not told`,
          `alter table ${table} enable trigger all;`,
        ),
  );
}
