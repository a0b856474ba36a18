import { readFile } from 'node:fs/promises';
import { Command, Option, SubCommand } from 'nest-commander';
import { loadPack } from '#packs';
import {
  listBackfills,
  lookAtSource,
  reportBackfill,
  runBackfill,
  SourceUnusable,
  startBackfill,
  type Backfill,
  type BackfillReport,
} from '#planning';
import { CausewayCommand } from '../causeway.command.ts';
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
import { progressLine } from '../progress.line.ts';
import { announce, say } from '../source.command.ts';
import { withIntegration } from '../target.ts';
import { withProduct } from '../product.target.ts';

interface RunOptions extends OperatorOptions {
  readonly table?: string;
  readonly idColumn?: string;
  readonly payload?: string;
  readonly event?: string;
  readonly resume?: string;
}

@SubCommand({
  name: 'run',
  arguments: '[pack]',
  description:
    "Writes a snapshot event of each row of a product's table into its outbox, no faster than the lane backfill is worked off. Stopped or killed, --resume goes on. " +
    'Example: causeway backfill run learning --table public.users --payload users.sql --reason "those who were there before" --yes',
})
export class BackfillRunCommand extends OperatorCommand {
  async run([name]: string[], options: RunOptions): Promise<void> {
    await withIntegration((db) =>
      withProduct(async (product) => {
        const id = options.resume ?? (await this.#begin({ db, product }, name, options));
        if (id === null) return;
        const ended = new AbortController();
        const stop = (): void => ended.abort();
        process.once('SIGINT', stop);
        const line = progressLine('rows written');
        const onProgress = (emitted: number, total: number): void => line.show(emitted, total);
        const backfill = await runBackfill({ db, product, onProgress, signal: ended.signal }, id).finally(() => {
          line.end();
          process.off('SIGINT', stop);
        });
        if (backfill === undefined) throw new WrongUse(`there is no backfill ${id}`);
        const { state, emitted, total } = backfill;
        const isDone = state === 'done';
        const more = isDone ? [] : [`to go on: causeway backfill run --resume ${id}`];
        const lines = [`backfill ${id}: ${counted(emitted, 'row')} written of ${total}, ${state}`, ...more];
        say({ done: isDone, id, emitted, total }, { json: options.json, lines });
        process.exitCode = isDone ? EXIT.done : EXIT.problems;
      }),
    );
  }

  async #begin(
    { db, product }: Parameters<typeof runBackfill>[0],
    name: string | undefined,
    options: RunOptions,
  ): Promise<string | null> {
    const { table, idColumn = 'id', event: eventType = 'user.snapshot_taken' } = options;
    if (name === undefined || table === undefined || options.payload === undefined)
      throw new WrongUse('name the pack, --table and --payload, or --resume <id>');
    const operator = operatorOf(options);
    const { name: pack, mapping } = await loadPack(name);
    if (!Object.hasOwn(mapping.events, eventType)) throw new WrongUse(`${pack} does not read ${eventType}`);
    const payload = await readFile(options.payload, 'utf8').catch((cause: unknown) => {
      throw new WrongUse(`${options.payload ?? ''} cannot be read`, { cause });
    });
    const source = { pack, table, idColumn, eventType, payload };
    const total = await lookAtSource(product, source).catch((cause: unknown) => {
      throw cause instanceof SourceUnusable ? new WrongUse(cause.message, { cause }) : cause;
    });
    if (!announce([`will write ${eventType} for ${counted(total, 'row')} of ${table}, for ${pack}`], options))
      return null;
    return startBackfill(db, source, { ...operator, total });
  }

  @Option({ flags: '--table <name>', description: "The product's table, with its schema" })
  parseTable(value: string): string {
    return value;
  }

  @Option({ flags: '--id-column <name>', description: 'Its key, which is the id of the entity (default: id)' })
  parseIdColumn(value: string): string {
    return value;
  }

  @Option({ flags: '--payload <file>', description: 'File with an SQL expression: the payload of a row u, as jsonb' })
  parsePayload(value: string): string {
    return value;
  }

  @Option({ flags: '--event <type>', description: 'Event type (default: user.snapshot_taken)' })
  parseEvent(value: string): string {
    return value;
  }

  @Option({ flags: '--resume <id>', description: 'Go on with this backfill' })
  parseResume(value: string): string {
    return value;
  }
}

@SubCommand({ name: 'list', description: 'Backfills, the newest first. Example: causeway backfill list --json' })
export class BackfillListCommand extends LookCommand {
  async run(_args: string[], { json = false }: LookOptions): Promise<void> {
    const backfills = await withIntegration((db) => listBackfills(db));
    print(
      backfills.map(({ payload: _payload, run: _run, ...shown }) => shown),
      {
        json,
        empty: 'there was no backfill',
        columns: {
          id: (row: Backfill) => row.id,
          pack: (row: Backfill) => row.pack,
          table: (row: Backfill) => row.table,
          state: (row: Backfill) => row.state,
          written: (row: Backfill) => `${row.emitted} of ${row.total}`,
          started: (row: Backfill) => `${row.startedAt.toISOString().slice(0, 16)} by ${row.startedBy}`,
        },
      },
    );
  }
}

@SubCommand({
  name: 'status',
  arguments: '<id>',
  description: 'How far a backfill has come, from the table to the CRM. Example: causeway backfill status 2',
})
export class BackfillStatusCommand extends LookCommand {
  async run([id = '']: string[], { json }: LookOptions): Promise<void> {
    await withIntegration(async (db) => {
      const [backfill] = await listBackfills(db, id);
      if (backfill === undefined) {
        say({ found: false }, { json, lines: [`there is no backfill ${id}`] });
        process.exitCode = EXIT.problems;
        return;
      }
      const report = await reportBackfill(db, backfill);
      say(report, { json, lines: linesOf(report) });
      process.exitCode = report.left === 0 ? EXIT.done : EXIT.problems;
    });
  }
}

@Command({
  name: 'backfill',
  description: 'Entities that were there before Causeway was. Example: causeway backfill list',
  subCommands: [BackfillRunCommand, BackfillListCommand, BackfillStatusCommand],
})
export class BackfillCommand extends CausewayCommand {
  run(): Promise<void> {
    this.command.help();
  }
}

function linesOf(report: BackfillReport): string[] {
  const { id, pack, state, users, emitted, folded, unchanged, done, rejected, waiting, left } = report;
  return [
    `backfill ${id} of ${pack}, ${state}`,
    `${emitted} of ${counted(users, 'row')} written, ${folded} folded; ${unchanged} needed nothing`,
    `${done} done, ${rejected} refused, ${waiting} wait; ${left} left`,
    `${counted(report.credits, 'credit')}, ${report.perMinute} a minute${report.expectedEnd === null ? '' : `, done at ${report.expectedEnd}`}`,
  ];
}
