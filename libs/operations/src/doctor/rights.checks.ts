import type { Client } from 'pg';
import { ok, wrong, type Finding } from './finding.ts';

/** What relay and webhook service do, by schema: on every table there. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  connections: ['select', 'update'],
  relay: ['select', 'insert', 'update', 'delete'],
  ledger: ['select', 'insert', 'update', 'delete'],
  webhooks: ['select', 'insert', 'update', 'delete'],
  inbox: ['select', 'insert'],
  outbox: ['insert'],
};

/** Whether the role of the URL may do what the services do with it. */
export async function checkRights(client: Client): Promise<Finding> {
  const { rows } = await client.query<{ role: string; lacking: string[] }>(
    `select current_user as role,
            coalesce(array_agg(w.right_name || ' on ' || n.nspname || '.' || c.relname order by n.nspname, c.relname, w.right_name)
              filter (where not (has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, w.right_name))), '{}') as lacking
       from jsonb_to_recordset($1::jsonb) as w (schema_name text, right_name text)
       join pg_namespace n on n.nspname = w.schema_name
       join pg_class c on c.relnamespace = n.oid and c.relkind in ('r', 'p') and not c.relispartition`,
    [JSON.stringify(wanted())],
  );
  const { role = '?', lacking = [] } = rows[0] ?? {};
  if (lacking.length === 0) return ok('grants', `${role} may do what relay and webhook service do`);
  const more = lacking.length > 5 ? `, and ${lacking.length - 5} more` : '';
  return wrong('grants', `${role} lacks ${lacking.slice(0, 5).join(', ')}${more}`, `Grant ${role} what is named.`);
}

function wanted(): { schema_name: string; right_name: string }[] {
  return Object.entries(NEEDED).flatMap(([schema, rights]) =>
    rights.map((right) => ({ schema_name: schema, right_name: right })),
  );
}
