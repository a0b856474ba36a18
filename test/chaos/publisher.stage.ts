import { setTimeout as pause } from 'node:timers/promises';
import type { ProducerClient } from '#kafka';
import type { CampaignSource } from './campaign.source.ts';
import { SOURCE_NAME } from './committed.reader.ts';
import type { FaultTrigger } from './fault.trigger.ts';
import type { Mutant } from './publisher.mutants.ts';
import { PublisherProcess } from './publisher.process.ts';
import type { SeededRandom } from './seeded.random.ts';
import { TcpProxy } from './tcp.proxy.ts';

export interface StageOptions {
  readonly source: CampaignSource;
  readonly brokers: readonly string[];
  readonly prefix: string;
  readonly mutant?: Mutant | undefined;
}

/** The publishers of a campaign, with proxies between them and their servers. */
export class PublisherStage implements AsyncDisposable {
  readonly source: CampaignSource;
  readonly postgres: TcpProxy;
  readonly kafka: readonly TcpProxy[];
  readonly #env: Readonly<Record<string, string>>;
  readonly #mutant: Mutant | undefined;
  readonly #redirects: ReadonlyMap<number, number>;
  #publishers: PublisherProcess[] = [];
  #alarms: string[] = [];
  /** Which client the publishers of this round produce with. */
  producer: ProducerClient = 'platformatic';
  /** Small batches split large transactions. */
  batchRows = 500;

  private constructor(options: StageOptions, proxies: { postgres: TcpProxy; kafka: ReadonlyMap<number, TcpProxy> }) {
    this.source = options.source;
    this.#mutant = options.mutant;
    this.postgres = proxies.postgres;
    this.kafka = [...proxies.kafka.values()];
    this.#redirects = new Map([...proxies.kafka].map(([port, proxy]) => [port, proxy.port]));
    const url = new URL(options.source.url);
    url.hostname = '127.0.0.1';
    url.port = String(proxies.postgres.port);
    this.#env = {
      CAUSEWAY_SOURCE_NAME: SOURCE_NAME,
      CAUSEWAY_SOURCE_URL: url.toString(),
      CAUSEWAY_KAFKA_BROKERS: options.brokers.join(','),
      CAUSEWAY_TOPIC_PREFIX: options.prefix,
      CAUSEWAY_STANDBY_INTERVAL: '100ms',
      CAUSEWAY_TRANSACTION_TIMEOUT: '6s',
      CAUSEWAY_PENDING_BYTES: '512kb',
      CAUSEWAY_IDLE_INTERVAL: '1s',
    };
  }

  static async open(options: StageOptions): Promise<PublisherStage> {
    const { hostname, port } = new URL(options.source.url);
    const postgres = await TcpProxy.open({ host: hostname, port: Number(port === '' ? 5432 : port) });
    const kafka = new Map<number, TcpProxy>();
    for (const broker of options.brokers) {
      const [host = '', port = ''] = broker.split(':');
      kafka.set(Number(port), await TcpProxy.open({ host, port: Number(port) }));
    }
    return new PublisherStage(options, { postgres, kafka });
  }

  /** The one that was started first of those that run. @throws Error when none runs. */
  get publisher(): PublisherProcess {
    const [first] = this.running;
    if (first === undefined) throw new Error('no publisher runs');
    return first;
  }

  get running(): readonly PublisherProcess[] {
    this.#publishers = this.#publishers.filter(({ isRunning }) => isRunning);
    return this.#publishers;
  }

  /** What publishers have said at level error since the last call, or how they crashed: none of the faults needs a person to act. */
  takeAlarms(): string[] {
    return this.#alarms.splice(0);
  }

  /** Starts one more. */
  start(trigger?: FaultTrigger): PublisherProcess {
    const env = {
      ...this.#env,
      CAUSEWAY_SLOT: this.source.slotName,
      CAUSEWAY_PRODUCER: this.producer,
      CAUSEWAY_BATCH_ROWS: String(this.batchRows),
    };
    const publisher = new PublisherProcess({
      env,
      redirects: this.#redirects,
      mutant: this.#mutant,
      trigger,
      onAlarm: (what) => this.#alarms.push(what),
    });
    this.#publishers.push(publisher);
    return publisher;
  }

  async startStreaming(): Promise<PublisherProcess> {
    const publisher = this.start();
    await publisher.said('streaming');
    // A publisher that went past its proxies would take no notice of their faults.
    if ([this.postgres, ...this.kafka].some(({ connections }) => connections === 0))
      throw new Error('the publisher is not connected through the proxies');
    return publisher;
  }

  async endAll(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    await Promise.all(this.running.map((publisher) => publisher.end(signal)));
  }

  /** Ends all of them, and lets everything through again. */
  async clear(): Promise<void> {
    for (const proxy of [this.postgres, ...this.kafka]) {
      proxy.refuse(false);
      proxy.resume();
    }
    await this.endAll('SIGTERM');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.endAll('SIGKILL');
    for (const proxy of [this.postgres, ...this.kafka]) await proxy[Symbol.asyncDispose]();
  }
}

export const aMoment = (random: SeededRandom, mostMs: number): Promise<void> => pause(random.int(0, mostMs));
