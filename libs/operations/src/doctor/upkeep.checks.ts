import type { Client } from 'pg';
import { note, ok, wrong, type Finding } from './finding.ts';

/** What the publisher's upkeep of the outbox needs, and whether it has kept up. */
export async function checkUpkeep(client: Client, source: string): Promise<Finding> {
  const { rows } = await client.query<{ has: boolean; may: boolean | null; tomorrow: boolean; parts: number }>(
    `select p.oid is not null as has, has_function_privilege(p.oid, 'execute') as may,
            to_regclass('outbox.events_' || to_char(now() at time zone 'UTC' + interval '1 day', 'YYYYMMDD')) is not null as tomorrow,
            (select count(*)::int from pg_inherits where inhparent = to_regclass('outbox.events')) as parts
       from (select to_regprocedure('outbox.drop_published(timestamptz, xid8, integer)') as oid) p`,
  );
  const { has = false, may = false, tomorrow = false, parts = 0 } = rows[0] ?? {};
  if (!has) return wrong('upkeep', 'outbox.drop_published is missing', 'Run causeway migrate product.');
  if (!may) return wrong('upkeep', 'the role may not call it', 'grant causeway_publisher to the role.');
  if (!tomorrow)
    return {
      ...note(
        'upkeep',
        'there is no partition for tomorrow: its rows go to the default partition',
        'Start the publisher: it makes partitions ahead. Or: select outbox.ensure_partitions();',
      ),
      fix: { name: 'outbox-partitions', of: source },
    };
  return ok('upkeep', `${parts} partitions, tomorrow's is there`);
}
