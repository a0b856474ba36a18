import { Command } from 'nest-commander';
import type { HoldScope } from '#ledger';
import { pause, readHolds, resume, type HeldScope, type Operator } from '#operations';
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
  run(_args: string[], options: ScopeOptions): Promise<void> {
    return change(pause, options, { done: 'paused', not: 'is held already, or there is no such connection' });
  }
}

@Command({
  name: 'resume',
  description:
    'Lets go what pause held with the same options; what waited goes on. Exit 1 when nothing was held. Example: causeway resume --connection zoho-portal --reason "import is over"',
})
export class ResumeCommand extends ScopeCommand {
  run(_args: string[], options: ScopeOptions): Promise<void> {
    return change(resume, options, { done: 'resumed', not: 'is not held; see causeway holds' });
  }
}

@Command({
  name: 'holds',
  description: 'What people hold back, and how many commands wait for it. Example: causeway holds --json',
})
export class HoldsCommand extends LookCommand {
  async run(_args: string[], options: LookOptions): Promise<void> {
    print(await withIntegration((db) => readHolds(db)), {
      json: options.json ?? false,
      empty: 'nothing is held',
      columns: {
        held: (row: HeldScope) => nameOf(row),
        commands: (row: HeldScope) => String(row.commands),
        by: (row: HeldScope) => row.by,
        since: (row: HeldScope) => row.at.toISOString(),
        reason: (row: HeldScope) => row.reason,
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
  const done = await withIntegration((db) => verb(db, scope, operator));
  const line = done ? `${words.done}: ${nameOf(scope)}` : `${nameOf(scope)} ${words.not}`;
  say({ done, ...scope }, { json: options.json, lines: [line] });
  process.exitCode = done ? EXIT.done : EXIT.problems;
}

function nameOf({ connectionId, pack, operation, module, recordKey }: HoldScope): string {
  const parts = { connection: connectionId, pack, operation, module, record: recordKey };
  return Object.entries(parts)
    .flatMap(([name, value]) => (value === null ? [] : [`${name} ${value}`]))
    .join(', ');
}
