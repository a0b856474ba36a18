import type { ReturnScope } from '#operations';
import { WrongUse } from '../exit.codes.ts';
import type { OperatorOptions } from '../operator.command.ts';

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

/** @throws WrongUse for options that do not go together */
export function returnScopeOf({ connection, module, entity, pack, operation, record }: DirectionOptions): ReturnScope {
  if (connection === undefined) throw new WrongUse('--direction in wants --connection');
  if (pack !== undefined || operation !== undefined || record !== undefined)
    throw new WrongUse('--pack, --operation and --record name commands: they do not go with --direction in');
  const [, entityType = null, entityId = null] = entity === undefined ? [] : (/^([^/]+)\/(.+)$/.exec(entity) ?? []);
  if (entity !== undefined && entityId === null)
    throw new WrongUse(`--entity wants type/id, such as contract/42, not ${entity}`);
  return { connectionId: connection, module: module ?? null, entityType, entityId };
}
