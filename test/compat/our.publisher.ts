import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { endChild } from '#stack';
import { appProgram } from '#system';

export interface OurPublisherOptions {
  readonly postgresUrl: string;
  readonly brokers: readonly string[];
  readonly slot: string;
  readonly publication: string;
  readonly table: string;
  readonly topicPrefix: string;
  readonly partitions: number;
  /** The router's options under their own names. */
  readonly options: Readonly<Record<string, string>>;
}

/** The built publisher with the preset `debezium-outbox`, in a process of its own. */
export class OurPublisher implements AsyncDisposable {
  readonly #child: ChildProcess;
  #stopped: string | undefined;
  #output = '';
  #takenOver: { readonly rows: number; readonly missing: number } | undefined;

  constructor(options: OurPublisherOptions) {
    this.#child = spawn(process.execPath, ['--disable-warning=TimeoutNegativeWarning', appProgram('publisher')], {
      env: environmentOf(options),
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    this.#child.stdin?.on('error', () => undefined);
    for (const stream of [this.#child.stdout, this.#child.stderr])
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.#take(line));
  }

  /** Why it does not publish until a person acts; undefined while it does. @throws Error when the process is gone. */
  stopped(): string | undefined {
    if (this.#child.exitCode !== null) throw new Error(`the publisher ended: ${this.#output}`);
    return this.#stopped;
  }

  /** Rows that a connector had in Kafka beyond what it confirmed, and those that it lacked before the last of them. */
  get takenOver(): { readonly rows: number; readonly missing: number } | undefined {
    return this.#takenOver;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await endChild(this.#child, 'SIGTERM');
  }

  #take(line: string): void {
    this.#output = `${this.#output}${line}\n`.slice(-4000);
    if (line.includes('taken over from a connector'))
      this.#takenOver = JSON.parse(line) as { rows: number; missing: number };
    if (line.includes('publishing stopped')) this.#stopped = (JSON.parse(line) as { code?: string }).code ?? line;
  }
}

/** Settings of a publisher and of the `causeway` command for the same source. */
export function environmentOf(options: OurPublisherOptions): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    CAUSEWAY_SOURCE_NAME: 'compat',
    CAUSEWAY_SOURCE_URL: options.postgresUrl,
    CAUSEWAY_SLOT: options.slot,
    CAUSEWAY_PUBLICATION: options.publication,
    CAUSEWAY_KAFKA_BROKERS: options.brokers.join(','),
    CAUSEWAY_TOPIC_PREFIX: options.topicPrefix,
    CAUSEWAY_TOPIC_PARTITIONS: String(options.partitions),
    CAUSEWAY_PRESET: 'debezium-outbox',
    CAUSEWAY_OUTBOX_TABLE: options.table.replaceAll('"', ''),
    CAUSEWAY_DEBEZIUM_OPTIONS: JSON.stringify(options.options),
    CAUSEWAY_EXIT_WITH_PARENT: 'true',
  };
}
