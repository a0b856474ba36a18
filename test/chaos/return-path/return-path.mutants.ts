import { sql, type Kysely } from 'kysely';
import type { IntegrationDatabase } from '#postgres';

/** Promises that can be broken, to see that the campaign finds it. */
export const RETURN_PATH_MUTANTS = ['drops-marks', 'doubles-events'] as const;
export type ReturnPathMutant = (typeof RETURN_PATH_MUTANTS)[number];

const MAKE: Readonly<Record<ReturnPathMutant, string>> = {
  // Records of which every mark is forgotten, whoever makes it.
  'drops-marks': `
    create function public.chaos_drop() returns trigger language plpgsql as $$
      begin if abs(hashtext(new.record_id)) % 2 = 0 then return null; end if; return new; end $$;
    create trigger chaos_drop before insert or update on webhooks.dirty for each row execute function public.chaos_drop();`,
  'doubles-events': `
    create function public.chaos_double() returns trigger language plpgsql as $$
      begin
        if pg_trigger_depth() = 1 and new.event_type like 'crm.lead.%' then
          perform outbox.emit(new.aggregate_type, new.aggregate_id, new.event_type, new.payload, tenant_id => new.tenant_id);
        end if;
        return null;
      end $$;
    create trigger chaos_double after insert on outbox.events for each row execute function public.chaos_double();`,
};
const END: Readonly<Record<ReturnPathMutant, string>> = {
  'drops-marks': 'drop function public.chaos_drop() cascade',
  'doubles-events': 'drop function public.chaos_double() cascade',
};

export async function beginMutant(db: Kysely<IntegrationDatabase>, mutant: ReturnPathMutant): Promise<void> {
  await sql.raw(MAKE[mutant]).execute(db);
}

export async function endMutant(db: Kysely<IntegrationDatabase>, mutant: ReturnPathMutant): Promise<void> {
  await sql.raw(END[mutant]).execute(db);
}
