import { typesOf } from './module.types.ts';
import type { Observed } from './observed.types.ts';
import type { OutgoingEvent } from '../fold/outgoing.types.ts';
import type { PackEvent } from './return.types.ts';

/**
 * The event with the payload that all of them share (packs/README.md section 6): ids, `module`, `record_id`, `changed_at`, `changed_by`.
 * None for a record that the pack does not know.
 * @throws Error when the pack tells what its own schemas do not allow.
 */
export function eventOfRecord(
  { module, mapping, observation, own }: Observed,
  { type, data }: PackEvent,
): OutgoingEvent[] {
  const name = { module: observation.module, identity: observation.identity };
  const about = module.about(own, name);
  if (about === null) return [];
  const { recordId, changedAt, changedBy } = observation;
  const payload = {
    ...about.ids,
    module: observation.module,
    record_id: recordId,
    changed_at: changedAt,
    changed_by: changedBy === null ? null : { ...changedBy },
    ...data,
  };
  const schema = mapping.returns?.events[type];
  if (schema === undefined) throw new Error(`no schema says what ${type} holds`);
  if (module.gives !== undefined && !typesOf({ events: {} }, module).includes(type))
    throw new Error(`${observation.module} does not say that it gives ${type}`);
  const parsed = schema.strict().safeParse(payload);
  if (!parsed.success)
    throw new Error(
      `${type}: ${parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`,
    );
  return [{ module: observation.module, type, subject: about.subject, at: changedAt, data: payload }];
}
