import type { Kysely } from 'kysely';
import {
  pauseReturn,
  readReturnHolds,
  resumeReturn,
  type HeldScope,
  type ReturnHold,
  type ReturnScope,
} from '#operations';
import type { IntegrationDatabase } from '#postgres';
import { EXIT, WrongUse } from '../exit.codes.ts';
import { operatorOf, type OperatorOptions } from '../operator.command.ts';
import { say } from '../source.command.ts';
import { withIntegration } from '../target.ts';

/** What `pause` and `resume` take beside the scope of commands. */
export interface DirectionOptions extends OperatorOptions {
  readonly direction?: string;
  readonly entity?: string;
  readonly connection?: string;
  readonly module?: string;
  readonly pack?: string;
  readonly operation?: string;
  readonly record?: string;
}

const DIRECTIONS = ['out', 'in'];

export const DIRECTION_OPTION = {
  flags: '--direction <out|in>',
  description:
    'out (the default): commands; in: what people do in the CRM, of a --connection, a --module or an --entity of it',
};
export const ENTITY_OPTION = {
  flags: '--entity <type/id>',
  description: "With --direction in: the records of a product's entity, such as contract/42",
};

/** @throws WrongUse for a word that is no direction */
export function directionOf(value: string): string {
  if (!DIRECTIONS.includes(value))
    throw new WrongUse(`--direction wants one of ${DIRECTIONS.join(', ')}, not ${value}`);
  return value;
}

/** @throws WrongUse for an option that is of the other direction */
export function isReturn({ direction, entity }: DirectionOptions): boolean {
  if (direction === 'in') return true;
  if (entity !== undefined) throw new WrongUse('--entity goes with --direction in');
  return false;
}

const WORDS = {
  pause: { verb: pauseReturn, done: 'paused', not: 'is held already, or there is no such connection' },
  resume: { verb: resumeReturn, done: 'resumed', not: 'is not held; see causeway holds' },
};

/** Pauses or resumes the way in. */
export async function changeReturn(what: 'pause' | 'resume', options: DirectionOptions): Promise<void> {
  const operator = operatorOf(options);
  const scope = scopeOf(options);
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

function scopeOf({ connection, module, entity, pack, operation, record }: DirectionOptions): ReturnScope {
  if (connection === undefined) throw new WrongUse('--direction in wants --connection');
  if (pack !== undefined || operation !== undefined || record !== undefined)
    throw new WrongUse('--pack, --operation and --record name commands: they do not go with --direction in');
  const [, entityType = null, entityId = null] = entity === undefined ? [] : (/^([^/]+)\/(.+)$/.exec(entity) ?? []);
  if (entity !== undefined && entityId === null)
    throw new WrongUse(`--entity wants type/id, such as contract/42, not ${entity}`);
  return { connectionId: connection, module: module ?? null, entityType, entityId };
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
