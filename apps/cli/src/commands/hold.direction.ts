import type { Kysely } from 'kysely';
import { pauseReturn, readReturnHolds, resumeReturn, type HeldScope, type ReturnHold } from '#operations';
import type { IntegrationDatabase } from '#postgres';
import { EXIT } from '../exit.codes.ts';
import { operatorOf } from '../operator.command.ts';
import { say } from '../source.command.ts';
import { withIntegration } from '../target.ts';
import { returnScopeOf, type DirectionOptions } from './hold.scope.ts';

export const DIRECTION_OPTION = {
  flags: '--direction <out|in>',
  description:
    'out (the default): commands; in: what people do in the CRM, of a --connection, a --module or an --entity of it',
};
export const ENTITY_OPTION = {
  flags: '--entity <type/id>',
  description: "With --direction in: the records of a product's entity, such as contract/42",
};

const WORDS = {
  pause: { verb: pauseReturn, done: 'paused', not: 'is held already, or there is no such connection' },
  resume: { verb: resumeReturn, done: 'resumed', not: 'is not held; see causeway holds' },
};

/** Pauses or resumes the way in. */
export async function changeReturn(what: 'pause' | 'resume', options: DirectionOptions): Promise<void> {
  const operator = operatorOf(options);
  const scope = returnScopeOf(options);
  const { verb, done: past, not } = WORDS[what];
  const done = await withIntegration((db) => verb(db, scope, operator));
  const { connectionId, module, entityType, entityId } = scope;
  const entity = entityId === null ? null : `${entityType ?? ''}/${entityId}`;
  const name = Object.entries({ connection: connectionId, module, entity })
    .flatMap(([part, value]) => (value === null ? [] : [`${part} ${value}`]))
    .join(', ');
  const line = done ? `${past} on the way in: ${name}` : `${name} ${not}`;
  say({ done, direction: 'in', connectionId, module, entity }, { json: options.json, lines: [line] });
  process.exitCode = done ? EXIT.done : EXIT.problems;
}

/** A row of `holds`. */
export type ReturnRow = HeldScope & {
  readonly direction: string;
  readonly entity: string | null;
  readonly records: number | null;
};

/** What is held of the way in, as rows of `holds`. */
export async function readReturnRows(db: Kysely<IntegrationDatabase>): Promise<ReturnRow[]> {
  return (await readReturnHolds(db)).map(({ entityType, entityId, ...hold }: ReturnHold) => ({
    ...hold,
    direction: 'in',
    entity: entityId === null ? null : `${entityType ?? ''}/${entityId}`,
    pack: null,
    operation: null,
    recordKey: null,
    commands: 0,
  }));
}
