import { Command, Option } from 'nest-commander';
import type { HoldScope } from '#ledger';
import { isOfCommands, pause, readHolds, resume, type Operator } from '#operations';
import { changeReturn, DIRECTION_OPTION, ENTITY_OPTION, readReturnRows } from './hold.direction.ts';
import { directionOf, isReturn, type DirectionOptions } from './hold.scope.ts';
import { EXIT, WrongUse } from '../exit.codes.ts';
import { LookCommand, operatorOf, type LookOptions } from '../operator.command.ts';
import { print } from '../output.ts';
import { ScopeCommand, scopeOf, type ScopeOptions } from '../scope.options.ts';
import { say } from '../source.command.ts';
import { withIntegration } from '../target.ts';

@Command({
  name: 'pause',
  description:
    'Holds commands back within two seconds, in every process; what is said must all fit. Events are folded on and nothing is lost. Exit 1 when it was held already. Example: causeway pause --connection zoho-portal --reason "import by the sales team"',
})
export class PauseCommand extends ScopeCommand {
  run(_args: string[], options: ScopeOptions & DirectionOptions): Promise<void> {
    if (isReturn(options)) return changeReturn('pause', options);
    return change(pause, options, { done: 'paused', not: 'is held already, or there is no such connection' });
  }

  @Option(DIRECTION_OPTION)
  parseDirection(value: string): string {
    return directionOf(value);
  }

  @Option(ENTITY_OPTION)
  parseEntity(value: string): string {
    return value;
  }
}

@Command({
  name: 'resume',
  description:
    'Lets go what pause held with the same options; what waited goes on. Exit 1 when nothing was held. Example: causeway resume --connection zoho-portal --reason "import is over"',
})
export class ResumeCommand extends ScopeCommand {
  run(_args: string[], options: ScopeOptions & DirectionOptions): Promise<void> {
    if (isReturn(options)) return changeReturn('resume', options);
    return change(resume, options, { done: 'resumed', not: 'is not held; see causeway holds' });
  }

  @Option(DIRECTION_OPTION)
  parseDirection(value: string): string {
    return directionOf(value);
  }

  @Option(ENTITY_OPTION)
  parseEntity(value: string): string {
    return value;
  }
}

@Command({
  name: 'holds',
  description: 'What people hold back in either direction, and how much waits for it. Example: causeway holds --json',
})
export class HoldsCommand extends LookCommand {
  async run(_args: string[], options: LookOptions): Promise<void> {
    const held = await withIntegration(async (db) => [
      ...(await readHolds(db)).map((row) => ({ direction: 'out', entity: null, records: null, ...row })),
      ...(await readReturnRows(db)),
    ]);
    type Row = (typeof held)[number];
    print(held, {
      json: options.json ?? false,
      empty: 'nothing is held',
      columns: {
        direction: (row: Row) => row.direction,
        held: (row: Row) => [nameOf(row), ...(row.entity === null ? [] : [`entity ${row.entity}`])].join(', '),
        waiting: (row: Row) => (row.records === null ? `${row.commands} commands` : `${row.records} records`),
        by: (row: Row) => row.by,
        since: (row: Row) => row.at.toISOString(),
        reason: (row: Row) => row.reason,
      },
    });
  }
}

async function change(
  verb: (db: Parameters<typeof pause>[0], scope: HoldScope, operator: Operator) => Promise<boolean>,
  options: ScopeOptions,
  words: { readonly done: string; readonly not: string },
): Promise<void> {
  const operator = operatorOf(options);
  const scope = scopeOf(options);
  if (Object.values(scope).every((part) => part === null))
    throw new WrongUse('name --connection, --pack, --operation, --module or --record');
  const { done, isKnown } = await withIntegration(async (db) => {
    const changed = await verb(db, scope, operator);
    // The hold stands by now, however long a look takes.
    return { done: changed, isKnown: verb !== pause || !changed || (await isOfCommands(db, scope)) };
  });
  const line = done ? `${words.done}: ${nameOf(scope)}` : `${nameOf(scope)} ${words.not}`;
  say({ done, ...scope }, { json: options.json, lines: [line] });
  if (!isKnown)
    process.stderr.write('no command is of that so far; where a name is wrong, causeway resume takes it back\n');
  process.exitCode = done ? EXIT.done : EXIT.problems;
}

function nameOf({ connectionId, pack, operation, module, recordKey }: HoldScope): string {
  const parts = { connection: connectionId, pack, operation, module, record: recordKey };
  return Object.entries(parts)
    .flatMap(([name, value]) => (value === null ? [] : [`${name} ${value}`]))
    .join(', ');
}
