import { Command, Option, SubCommand } from 'nest-commander';
import { createTopics, readTopics, type StatusTarget, type TopicReport } from '#operations';
import { CausewayCommand } from '../causeway.command.ts';
import { statusTarget } from '../doctor.target.ts';
import { EXIT, WrongUse } from '../exit.codes.ts';
import {
  LookCommand,
  OperatorCommand,
  operatorOf,
  type LookOptions,
  type OperatorOptions,
} from '../operator.command.ts';
import { announce, say } from '../source.command.ts';
import { table } from '../table.ts';

interface SystemOptions {
  readonly system?: string;
}

@SubCommand({
  name: 'check',
  description:
    'Compares the topics that packs, connections and Causeway itself need with those of the broker: partitions, copies, retention, compaction. Exit 1 when one is missing or differs. Example: causeway topics check --json',
})
export class TopicsCheckCommand extends LookCommand {
  async run(_args: string[], options: LookOptions & SystemOptions): Promise<void> {
    const topics = await readTopics(await statusTarget(options.system));
    if (options.json) process.stdout.write(`${JSON.stringify(topics)}\n`);
    else process.stdout.write(`${checkLines(topics).join('\n')}\n`);
    process.exitCode = topics.some(isWrong) ? EXIT.problems : EXIT.done;
  }

  @Option({ flags: '--system <file>', description: 'File that names the system (default: the one of this checkout)' })
  parseSystem(value: string): string {
    return value;
  }
}

@SubCommand({
  name: 'create',
  description:
    'Creates the topics that are not there, as CAUSEWAY_TOPIC_PARTITIONS, _REPLICATION and _RETENTION declare them; those that exist are left as they are. Example: causeway topics create --reason "new cluster" --yes',
})
export class TopicsCreateCommand extends OperatorCommand {
  async run(_args: string[], options: OperatorOptions & SystemOptions): Promise<void> {
    const operator = operatorOf(options);
    const target = audited(await statusTarget(options.system));
    const topics = await readTopics(target);
    const missing = topics.filter(({ actual }) => actual === null);
    if (missing.length === 0) {
      say({ done: true, created: [] }, { json: options.json, lines: ['every topic is there'] });
      return;
    }
    const plan = missing.map(({ topic, declared }) => `  ${topic}: ${shapeOf(declared)}`);
    if (!announce([`will create ${missing.length} topics:`, ...plan], options)) return;
    const created = await createTopics(target, missing, operator);
    say({ done: true, created }, { json: options.json, lines: [`${created.length} topics created`] });
  }

  @Option({ flags: '--system <file>', description: 'File that names the system (default: the one of this checkout)' })
  parseSystem(value: string): string {
    return value;
  }
}

@Command({
  name: 'topics',
  description: 'The topics of Kafka as they are declared. Example: causeway topics check',
  subCommands: [TopicsCheckCommand, TopicsCreateCommand],
})
export class TopicsCommand extends CausewayCommand {
  run(): Promise<void> {
    this.command.help();
  }
}

function isWrong({ status }: TopicReport): boolean {
  return status === 'missing' || status === 'differs';
}

/** @throws WrongUse: a change has to stand in the audit */
function audited(target: StatusTarget): StatusTarget & { readonly integration: { readonly url: string } } {
  const { integration } = target;
  if (integration === null)
    throw new WrongUse('set CAUSEWAY_INTEGRATION_URL: what is changed is written into its audit');
  return { ...target, integration };
}

function checkLines(topics: readonly TopicReport[]): string[] {
  const cells = topics.map(({ topic, status, declared, actual, purpose }) => [
    topic,
    status,
    String((actual ?? declared).partitions),
    String((actual ?? declared).replication),
    (actual ?? declared).settings['cleanup.policy'] ?? '',
    purpose,
  ]);
  const wrong = topics.filter(isWrong);
  return [
    table(['topic', 'status', 'partitions', 'copies', 'cleanup', 'for'], cells),
    ...wrong.flatMap(({ topic, differences, action }) => [
      ...differences.map(({ what, declared, actual }) => `${topic}: ${what} is ${actual}, declared ${declared}`),
      `${topic}: -> ${action}`,
    ]),
    wrong.length === 0 ? 'every topic is as declared' : `${wrong.length} are not as declared`,
  ];
}

function shapeOf({ partitions, replication, settings }: TopicReport['declared']): string {
  const own = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  return [`${partitions} partitions`, `${replication} copies`, ...own].join(', ');
}
