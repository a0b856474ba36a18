import { SubCommand } from 'nest-commander';
import { readConnections, type ConnectionReport } from '#operations';
import { EXIT } from '../exit.codes.ts';
import { LookCommand, type LookOptions } from '../operator.command.ts';
import { print } from '../output.ts';
import { say } from '../source.command.ts';
import { withIntegration } from '../target.ts';

@SubCommand({
  name: 'list',
  description: 'All connections, and whether their commands go out. Example: causeway connection list --json',
})
export class ConnectionListCommand extends LookCommand {
  async run(_args: string[], options: LookOptions): Promise<void> {
    print(await withIntegration((db) => readConnections(db)), {
      json: options.json ?? false,
      empty: 'there is no connection',
      columns: {
        id: (row: ConnectionReport) => row.id,
        tenant: (row: ConnectionReport) => row.tenantId,
        state: (row: ConnectionReport) => row.state,
        'goes out': (row: ConnectionReport) => (stopsOf(row).length === 0 ? 'yes' : stopsOf(row).join(', ')),
        open: (row: ConnectionReport) => String(openOf(row)),
        parked: (row: ConnectionReport) => String(row.commands['parked'] ?? 0),
      },
    });
  }
}

@SubCommand({
  name: 'status',
  arguments: '<id>',
  description:
    'One connection: its state, whether the CRM answers, quiet hours, and what waits. Exit 1 when its commands do not go out, or there is none. Example: causeway connection status zoho-portal',
})
export class ConnectionStatusCommand extends LookCommand {
  async run([id = '']: string[], options: LookOptions): Promise<void> {
    const [report] = await withIntegration((db) => readConnections(db, { id }));
    if (report === undefined) {
      say({ found: false }, { json: options.json, lines: [`there is no connection ${id}`] });
      process.exitCode = EXIT.problems;
      return;
    }
    const stops = stopsOf(report);
    const lines = [
      `${report.id}  ${report.destination} of ${report.tenantId}  ${report.state}`,
      ...(report.stateReason === null ? [] : [`reason: ${report.stateCode ?? ''} ${report.stateReason}`.trim()]),
      `commands: ${openOf(report)} open, ${report.commands['parked'] ?? 0} parked`,
      ...(report.tryingSince === null ? [] : [`tried in vain since ${report.tryingSince}`]),
      stops.length === 0 ? 'commands go out' : `commands wait: ${stops.join(', ')}`,
    ];
    say({ found: true, ...report, stops }, { json: options.json, lines });
    process.exitCode = stops.length === 0 ? EXIT.done : EXIT.problems;
  }
}

function openOf({ commands }: ConnectionReport): number {
  return (commands['ready'] ?? 0) + (commands['in_flight'] ?? 0) + (commands['unknown'] ?? 0);
}

/** Why commands do not go out. */
function stopsOf({ state, stateCode, circuit, nextTryAt, quietUntil }: ConnectionReport): string[] {
  return [
    ...(state === 'active' ? [] : [stateCode === null ? state : `${state} (${stateCode})`]),
    ...(circuit === 'closed' ? [] : [`the CRM does not answer, next try ${nextTryAt ?? 'soon'}`]),
    ...(quietUntil === null ? [] : [`quiet hours until ${quietUntil}`]),
  ];
}
