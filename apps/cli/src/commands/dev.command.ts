import { Command, Option } from 'nest-commander';
import { CausewayCommand } from '../causeway.command.ts';
import { watchOf } from '../watch.ts';
import { untilSignal } from '#observability';
import { removeRunFile, startSystem, writeRunFile, type System, type SystemDetails } from '#system';

interface DevOptions {
  readonly pack?: string[];
  readonly json?: boolean;
  readonly system?: string;
  readonly watch?: string[];
  readonly topicPrefix?: string;
}

@Command({
  name: 'dev',
  description: 'Runs the whole system on this machine until Ctrl-C. Example: causeway dev --pack signup-lead --json',
})
export class DevCommand extends CausewayCommand {
  async run(_args: string[], options: DevOptions): Promise<void> {
    const stopped = untilSignal();
    const json = options.json ?? false;
    const system = await startSystem({
      packs: options.pack ?? ['signup-lead'],
      watch: watchOf(options.watch ?? ['Leads.Lead_Status']),
      progress: (message) => process.stderr.write(`${message}\n`),
      onLine: (service, line) => {
        if (!json && (line.level === 'error' || line.level === 'warn'))
          process.stderr.write(`${service}: ${line.msg} ${line.code ?? ''}\n`);
      },
      ...(options.topicPrefix === undefined ? {} : { topicPrefix: options.topicPrefix }),
    });
    try {
      await writeRunFile(system.details, options.system);
      process.stdout.write(json ? `${JSON.stringify(readyLine(system.details))}\n` : readyText(system));
      await stopped;
      if (!json) process.stdout.write('stopping\n');
    } finally {
      await system.stop();
      await removeRunFile(system.details, options.system);
    }
  }

  @Option({ flags: '--pack <names...>', description: 'Packs to load, by name or folder (default: signup-lead)' })
  parsePack(value: string, previous: string[] = []): string[] {
    return [...previous, value];
  }

  @Option({
    flags: '--watch <fields...>',
    description: 'Module.Field whose edits come back (default: Leads.Lead_Status)',
  })
  parseWatch(value: string, previous: string[] = []): string[] {
    return [...previous, value];
  }

  @Option({ flags: '--topic-prefix <text>', description: 'Put before every topic; for a Kafka that others use too' })
  parseTopicPrefix(value: string): string {
    return value;
  }

  @Option({ flags: '--system <file>', description: 'File that names the system (default: the one of this checkout)' })
  parseSystem(value: string): string {
    return value;
  }

  @Option({ flags: '--json', description: 'Print one line of JSON with all addresses when ready' })
  parseJson(): boolean {
    return true;
  }
}

function readyLine({ kafka, products, integration, simulator, webhooks, admin }: SystemDetails): object {
  return { kafka, products, integration, simulator, webhooks, admin };
}

function readyText({ details, provider }: System): string {
  const products = Object.entries(details.products).map(([name, { url }]) => [`product ${name}`, url]);
  const lines = [
    ['servers', provider],
    ['kafka', details.kafka.brokers.join(',')],
    ...products,
    ['integration', details.integration.url],
    ['simulator', details.simulator.url],
    ['webhooks', details.webhooks.url],
    ['logs', details.logs],
  ];
  const text = lines.map(([name = '', value = '']) => `  ${name.padEnd(16)}${value}`).join('\n');
  return `ready\n${text}\nTry: npx causeway doctor, npx causeway settle. Ctrl-C stops everything.\n`;
}
