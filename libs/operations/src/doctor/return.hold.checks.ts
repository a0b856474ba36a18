import type { Kysely } from 'kysely';
import type { IntegrationDatabase } from '#postgres';
import { readReturnHolds } from '../holds/return.hold.ts';
import { note, type Finding } from './finding.ts';

/** What people hold back of the way in. */
export async function checkReturnHolds(db: Kysely<IntegrationDatabase>): Promise<Finding[]> {
  return (await readReturnHolds(db)).map(({ connectionId, module, entityType, entityId, records, by, reason }) => {
    const entity = entityId === null ? null : `${entityType ?? ''}/${entityId}`;
    const what = [connectionId, module, entity].filter((part) => part !== null).join(', ');
    return note(
      `held on the way in: ${what}`,
      `${records} records wait to be read; ${by}: ${reason}`,
      'causeway resume --direction in, when they may be read.',
    );
  });
}
