import { Option } from 'nest-commander';
import { optionTypes } from '#config';
import type { ParkedSelection } from '#ledger';
import { WrongUse } from './exit.codes.ts';
import { OperatorCommand, type OperatorOptions } from './operator.command.ts';

export interface SelectionOptions extends OperatorOptions {
  readonly code?: string;
  readonly pack?: string;
  readonly mappingVersion?: number;
  readonly connection?: string;
  readonly module?: string;
  readonly record?: string;
  readonly since?: Date;
  readonly before?: Date;
  readonly limit?: number;
}

/** Base of verbs about parked commands that are chosen by ids or by what they have in common. */
export abstract class SelectionCommand extends OperatorCommand {
  @Option({ flags: '--code <code>', description: 'Only those with this code, such as CRM_DUPLICATE' })
  parseCode(value: string): string {
    return value;
  }

  @Option({ flags: '--pack <name>', description: 'Only those of this pack' })
  parsePack(value: string): string {
    return value;
  }

  @Option({ flags: '--mapping-version <n>', description: 'Only those made by this version of the mapping' })
  parseMappingVersion(value: string): number {
    return countOf('--mapping-version', value);
  }

  @Option({ flags: '--connection <id>', description: 'Only those of this connection' })
  parseConnection(value: string): string {
    return value;
  }

  @Option({ flags: '--module <name>', description: 'Only those of this module, such as Leads' })
  parseModule(value: string): string {
    return value;
  }

  @Option({ flags: '--record <key>', description: 'Only those of this record: <module>/<identity>, such as Leads/42' })
  parseRecord(value: string): string {
    return value;
  }

  @Option({ flags: '--since <instant>', description: 'Only those made at this instant or later' })
  parseSince(value: string): Date {
    return instantOf('--since', value);
  }

  @Option({ flags: '--before <instant>', description: 'Only those made before this instant' })
  parseBefore(value: string): Date {
    return instantOf('--before', value);
  }

  @Option({ flags: '--limit <count>', description: 'The oldest ones only (default 1000)' })
  parseLimit(value: string): number {
    return countOf('--limit', value);
  }
}

/** @throws WrongUse for what is no id. */
export function selectionOf(ids: readonly string[], options: SelectionOptions): ParkedSelection {
  for (const id of ids) requireId(id);
  const {
    code,
    pack,
    mappingVersion,
    connection: connectionId,
    module,
    record: recordKey,
    since,
    before,
    limit,
  } = options;
  const said = { code, pack, mappingVersion, connectionId, module, recordKey, since, before, limit };
  const given = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
  return { ...(ids.length === 0 ? {} : { ids }), ...(given as ParkedSelection) };
}

/** A change is about something that was chosen, never about everything by mistake. @throws WrongUse */
export function requireChoice(selection: ParkedSelection): ParkedSelection {
  const { limit: _, ...rest } = selection;
  if (Object.keys(rest).length === 0)
    throw new WrongUse('name ids, or choose with --code, --pack, --record and the like');
  return selection;
}

/** @throws WrongUse */
export function requireId(id: string): string {
  if (!/^\d{1,18}$/.test(id)) throw new WrongUse(`the id of a command is a number, not ${JSON.stringify(id)}`);
  return id;
}

/** @throws WrongUse */
export function countOf(flag: string, value: string): number {
  try {
    return optionTypes.integer(1, 100_000).parse(value);
  } catch (error) {
    throw new WrongUse(`${flag} wants a whole number from 1 to 100000, not ${value}`, { cause: error });
  }
}

function instantOf(flag: string, value: string): Date {
  const at = new Date(value);
  if (Number.isNaN(at.getTime()))
    throw new WrongUse(`${flag} wants an instant such as 2026-01-02T03:04:05Z, not ${value}`);
  return at;
}
