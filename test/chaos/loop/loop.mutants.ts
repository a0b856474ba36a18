import { sql, type Kysely } from 'kysely';
import type { IntegrationDatabase } from '#postgres';

/** Promises that can be broken, to see that the campaign finds it. */
export const LOOP_MUTANTS = ['no-echo-ledger'] as const;
export type LoopMutant = (typeof LOOP_MUTANTS)[number];

/** Done before each reading. */
export const MUTATIONS: Readonly<Record<LoopMutant, (db: Kysely<IntegrationDatabase>) => Promise<void>>> = {
  /** What was last sent or seen is forgotten, so that each reading of our own writes looks like a person's edit. */
  'no-echo-ledger': async (db) => {
    await sql`delete from ledger.echoes`.execute(db);
    await sql`
      update relay.states
         set state = jsonb_set(state, '{contact,sent}',
                               (select jsonb_object_agg(key, case when key = 'site' then value else 'null' end)
                                  from jsonb_each(state #> '{contact,sent}')))
       where mapping = 'inquiries'`.execute(db);
  },
};
