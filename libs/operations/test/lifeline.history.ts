import { sql, type Kysely } from 'kysely';
import type { IntegrationDatabase } from '#postgres';

/** What each entity has lived through. */
const FOLDS = 4;
const READINGS = 2;
/** Entities that one transaction adds: a longer one would keep others from creating a slot in the same cluster. */
const AT_ONCE = 5000;

/** Commands of each entity that `addLives` adds. */
export const COMMANDS_OF_A_LIFE = FOLDS;

export interface Lives {
  /** First part of the entities' names: `<prefix>1`, `<prefix>2`, ... */
  readonly prefix: string;
  readonly entities: number;
  /** How often each of them was changed; default 4. */
  readonly folds?: number;
}

/**
 * Adds entities of `portal` with all that is kept of each: a state, folds with what they changed, a command and an attempt for each, a link,
 * readings. Connection `c1` has to be there. What is there is told to the planner.
 */
export async function addLives(
  db: Kysely<IntegrationDatabase>,
  { prefix, entities, folds = FOLDS }: Lives,
): Promise<void> {
  for (let from = 1; from <= entities; from += AT_ONCE) {
    const to = Math.min(entities, from + AT_ONCE - 1);
    await db.transaction().execute((trx) => addSome(trx, { prefix, from, to, folds }));
    if (from === 1) await tellPlanner(db);
  }
  await tellPlanner(db);
}

async function tellPlanner(db: Kysely<IntegrationDatabase>): Promise<void> {
  await sql`analyze ledger.commands, ledger.attempts, ledger.links, relay.folds, relay.states, webhooks.readings`.execute(
    db,
  );
}

interface Some {
  readonly prefix: string;
  readonly from: number;
  readonly to: number;
  readonly folds: number;
}

async function addSome(db: Kysely<IntegrationDatabase>, { prefix, from, to, folds }: Some): Promise<void> {
  const entity = sql`${prefix}::text || i`;
  const entities = sql`generate_series(${from}::integer, ${to}::integer) i`;
  const changes = sql`${entities}, generate_series(1, ${folds}::integer) n`;
  await sql`
    insert into relay.states (mapping, tenant_id, key, mapping_version, state, sequence)
    select 'signup-lead', 'portal', ${entity}, 1, '{"phone": "1"}', ${folds} from ${entities}`.execute(db);
  await sql`
    insert into relay.folds (mapping, tenant_id, key, event_id, event_type, occurred_at, produced_at, verdict, commands, sequence, changes)
    select 'signup-lead', 'portal', ${entity}, ${entity} || '/' || n, 'user.updated', now(), now(), 'applied', 1, n,
           '{"phone": ["0", "1"]}'
      from ${changes} order by n, i`.execute(db);
  await sql`
    with made as (
      insert into ledger.commands
        (connection_id, record_key, product, entity_type, entity_id, mapping, mapping_version, event_id, occurred_at, lane, operation,
         module, identity_field, identity_value, fields, trigger, when_converted, state, attempts_started, attempts_finished,
         finished_at)
      select 'c1', 'Leads/' || ${entity}, 'portal', 'user', ${entity}, 'signup-lead', 1, ${entity} || '/' || n, now(), 'live', 'write',
             'Leads', 'External_User_ID', ${entity}, '{"Phone": "1"}', '{workflow}', 'follow', 'succeeded', 1, 1, now()
        from ${changes} order by n, i
      returning id
    )
    insert into ledger.attempts (command_id, number, finished_at, outcome, credits) select id, 1, now(), 'succeeded', 0.1 from made`.execute(
    db,
  );
  await sql`
    insert into ledger.links (connection_id, record_key, product, entity_type, entity_id, module, record_id)
    select 'c1', 'Leads/' || ${entity}, 'portal', 'user', ${entity}, 'Leads', 'r-' || ${entity} from ${entities}`.execute(
    db,
  );
  await sql`
    insert into webhooks.readings (connection_id, module, record_id, record_key, notified_at, result)
    select 'c1', 'Leads', 'r-' || ${entity}, 'Leads/' || ${entity}, now(), 'echo'
      from ${entities}, generate_series(1, ${READINGS}::integer) n order by n, i`.execute(db);
}
