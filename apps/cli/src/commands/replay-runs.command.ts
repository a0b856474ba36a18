import { Option, SubCommand } from 'nest-commander';
import { putAudit } from '#ledger';
import { endReplay, listReplays, readReplay, type Replay } from '#replay';
import { counted } from '../counted.ts';
import { EXIT, WrongUse } from '../exit.codes.ts';
import {
  LookCommand,
  OperatorCommand,
  operatorOf,
  type LookOptions,
  type OperatorOptions,
} from '../operator.command.ts';
import { print } from '../output.ts';
import { replayLines } from '../replay.lines.ts';
import { replayMapping, replaySource } from '../replay.target.ts';
import { work } from '../replay.work.ts';
import { announce, say } from '../source.command.ts';
import { withIntegration } from '../target.ts';

/*
 * `replay` has options itself, and commander gives it those that it knows, wherever they stand: so each verb here reads all of them.
 */

interface ListOptions extends LookOptions {
  readonly limit?: number;
}

@SubCommand({
  name: 'list',
  description: 'Replays that write, the newest first. Example: causeway replay list --json',
})
export class ReplayListCommand extends LookCommand {
  async run(): Promise<void> {
    const { limit = 20, json = false } = this.command.optsWithGlobals<ListOptions>();
    const replays = await withIntegration((db) => listReplays(db, limit));
    print(replays, {
      json,
      empty: 'there is no replay',
      columns: {
        id: (row: Replay) => row.id,
        begun: (row: Replay) => row.createdAt.slice(0, 19),
        state: (row: Replay) => row.state,
        target: (row: Replay) => row.connectionId ?? row.target,
        mapping: (row: Replay) => `${row.mapping} ${row.mappingVersion}`,
        keys: (row: Replay) => `${row.keysDone}/${row.keys}`,
        commands: (row: Replay) => String(row.commands),
        by: (row: Replay) => row.by,
      },
    });
  }

  @Option({ flags: '--limit <count>', description: 'The newest ones only (default 20)' })
  parseLimit(value: string): number {
    if (!/^[1-9]\d{0,4}$/.test(value)) throw new WrongUse(`--limit wants a whole number from 1, not ${value}`);
    return Number(value);
  }
}

@SubCommand({
  name: 'show',
  arguments: '<id>',
  description: 'One replay: how far it is, and what it left alone. Example: causeway replay show 7',
})
export class ReplayShowCommand extends LookCommand {
  async run([id]: string[]): Promise<void> {
    const { json } = this.command.optsWithGlobals<LookOptions>();
    const wanted = idOf(id);
    const replay = await withIntegration((db) => readReplay(db, wanted));
    if (replay === undefined) return missing(wanted);
    say(replay, { json, lines: replayLines(replay) });
  }
}

interface ResumeOptions extends OperatorOptions {
  readonly pack?: string;
  readonly source?: string;
}

@SubCommand({
  name: 'resume',
  arguments: '<id>',
  description:
    'Goes on with a replay that was stopped or killed, behind the keys that are done. Example: causeway replay resume 7 --reason "the machine was restarted"',
})
export class ReplayResumeCommand extends OperatorCommand {
  async run([id]: string[]): Promise<void> {
    const options = this.command.optsWithGlobals<ResumeOptions>();
    const wanted = idOf(id);
    const operator = operatorOf(options);
    await withIntegration(async (db) => {
      const replay = await readReplay(db, wanted);
      if (replay === undefined) return missing(wanted);
      if (replay.state === 'done' || replay.state === 'cancelled') {
        say({ done: replay.state === 'done', ...replay }, { json: options.json, lines: replayLines(replay) });
        process.exitCode = replay.state === 'done' ? EXIT.done : EXIT.problems;
        return;
      }
      const { mapping, topicPrefix } = await replayMapping(options.pack ?? replay.pack);
      const { connectionId } = replay;
      await putAudit(db, [{ ...operator, verb: 'replay resume', connectionId, details: { replay: wanted } }]);
      await using source = await replaySource(replay.source, options.source);
      await work(db, { replay, mapping, source, topicPrefix, json: options.json });
    });
  }

  @Option({ flags: '--pack <name>', description: 'Where the same version of the pack is now, if it was moved' })
  parsePack(value: string): string {
    return value;
  }

  @Option({ flags: '--source <name>', description: 'Of a replay that reads an outbox: the source' })
  parseSource(value: string): string {
    return value;
  }
}

@SubCommand({
  name: 'cancel',
  arguments: '<id>',
  description:
    'Ends a replay for good; what it wrote stays. Says what it would do; does it with --yes. Example: causeway replay cancel 7 --reason "wrong version" --yes',
})
export class ReplayCancelCommand extends OperatorCommand {
  async run([id]: string[]): Promise<void> {
    const options = this.command.optsWithGlobals<OperatorOptions>();
    const wanted = idOf(id);
    const { by, reason } = operatorOf(options);
    await withIntegration(async (db) => {
      const replay = await readReplay(db, wanted);
      if (replay === undefined) return missing(wanted);
      if (
        !announce([`will end replay ${wanted} with ${replay.keysDone} of ${counted(replay.keys, 'key')} done`], options)
      )
        return;
      const done = await endReplay(db, { id: wanted, state: 'cancelled', by, reason });
      const lines = [done ? `replay ${wanted} is cancelled` : `replay ${wanted} had ended before`];
      say({ done, id: wanted }, { json: options.json, lines });
      process.exitCode = done ? EXIT.done : EXIT.problems;
    });
  }
}

/** @throws WrongUse */
function idOf(id: string | undefined): string {
  if (id === undefined || !/^\d{1,18}$/.test(id))
    throw new WrongUse(`the id of a replay is a number, not ${id ?? 'nothing'}`);
  return id;
}

function missing(id: string): void {
  process.stderr.write(`there is no replay ${id}; causeway replay list names those there are\n`);
  process.exitCode = EXIT.problems;
}
