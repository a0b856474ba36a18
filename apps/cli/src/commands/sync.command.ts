import { Command, Option, SubCommand } from 'nest-commander';
import { forceSync, listSweeps, type ForcedReading, type ForcedRecord, type SweepReport } from '#operations';
import { AuditedCommand, askedBy, type AuditedOptions } from '../audited.command.ts';
import { CausewayCommand } from '../causeway.command.ts';
import { EXIT, WrongUse } from '../exit.codes.ts';
import { print } from '../output.ts';
import { withIntegration } from '../target.ts';

interface ForceOptions extends AuditedOptions {
  readonly json?: boolean;
  readonly entity?: string;
  readonly connection?: string;
  readonly wait?: number;
}

@SubCommand({
  name: 'force',
  arguments: '[module] [record-id]',
  description:
    'Has a record of the CRM read again, whatever notifications said; exit 1 when it was not read. Example: causeway sync force Leads 5725767000000109373, or: causeway sync force --entity user/42',
})
export class SyncForceCommand extends AuditedCommand {
  async run([module, recordId]: string[], options: ForceOptions): Promise<void> {
    const record = recordOf({ module, recordId, ...options });
    const timeoutMs = (options.wait ?? 30) * 1000;
    const readings = await withIntegration((db) => forceSync(db, { record, timeoutMs, operator: askedBy(options) }));
    print(readings, {
      json: options.json ?? false,
      empty: 'no connection has this record; name one with --connection',
      columns: {
        connection: (row: ForcedReading) => row.connection,
        module: (row: ForcedReading) => row.module,
        record: (row: ForcedReading) => row.recordId,
        result: (row: ForcedReading) => row.result,
        'changed fields': (row: ForcedReading) => row.changedFields.join(', '),
      },
    });
    const isRead = ({ result }: ForcedReading): boolean =>
      result !== 'not_read' && (timeoutMs === 0 || result !== 'marked');
    if (readings.some(({ result }) => result === 'not_read'))
      process.stderr.write(
        'not read: no pack and no connection watches the module, or the CRM has none of this name\n',
      );
    process.exitCode = readings.length > 0 && readings.every(isRead) ? EXIT.done : EXIT.problems;
  }

  @Option({ flags: '--json', description: 'Print a list of objects' })
  parseJson(): boolean {
    return true;
  }

  @Option({ flags: '--entity <type/id>', description: "The records of a product's entity, such as user/42" })
  parseEntity(value: string): string {
    return value;
  }

  @Option({ flags: '--connection <id>', description: 'The connection, where several may have it' })
  parseConnection(value: string): string {
    return value;
  }

  @Option({ flags: '--wait <seconds>', description: 'How long to wait for the reading; default 30, 0 does not wait' })
  parseWait(value: string): number {
    if (!/^\d{1,5}$/.test(value)) throw new WrongUse(`--wait wants seconds, not ${value}`);
    return Number(value);
  }
}

function recordOf(given: {
  module: string | undefined;
  recordId: string | undefined;
  entity?: string;
  connection?: string;
}): ForcedRecord {
  const { module, recordId, entity, connection } = given;
  if (entity === undefined) {
    if (module === undefined || recordId === undefined || !/^\w{1,64}$/.test(recordId)) {
      throw new WrongUse('say which record: <module> <record id>, or --entity <type/id>');
    }
    return { module, recordId, connection };
  }
  const [, entityType, entityId] = /^([^/]+)\/(.+)$/.exec(entity) ?? [];
  if (entityType === undefined || entityId === undefined || module !== undefined) {
    throw new WrongUse(`--entity wants type/id alone, such as user/42, not ${entity}`);
  }
  return { entityType, entityId, connection };
}

@SubCommand({
  name: 'status',
  description:
    'How far each module was swept, with the progress of a first snapshot. Example: causeway sync status --json',
})
export class SyncStatusCommand extends CausewayCommand {
  async run(_args: string[], options: { readonly json?: boolean }): Promise<void> {
    const sweeps = await withIntegration((db) => listSweeps(db));
    print(sweeps, {
      json: options.json ?? false,
      empty: 'nothing is swept: no pack and no connection watches a module',
      columns: {
        connection: (row: SweepReport) => row.connection,
        module: (row: SweepReport) => row.module,
        state: (row: SweepReport) => row.state,
        listed: (row: SweepReport) => String(row.listed),
        marked: (row: SweepReport) => String(row.marked),
        'to read': (row: SweepReport) => String(row.dirty),
        'last ended': (row: SweepReport) => row.lastEndedAt ?? 'never',
        failure: (row: SweepReport) => row.failure ?? '',
      },
    });
    process.exitCode = sweeps.some(({ failure }) => failure !== null) ? EXIT.problems : EXIT.done;
  }

  @Option({ flags: '--json', description: 'Print a list of objects' })
  parseJson(): boolean {
    return true;
  }
}

@Command({
  name: 'sync',
  description: 'Reading the CRM again. Example: causeway sync status',
  subCommands: [SyncForceCommand, SyncStatusCommand],
})
export class SyncCommand extends CausewayCommand {
  run(): Promise<void> {
    this.command.help();
  }
}
