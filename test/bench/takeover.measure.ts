import { createKafka } from '#kafka';
import { createLogger } from '#observability';
import { openSource, type RunningPublisher } from '../support/source.fixture.ts';
import { until } from '../support/until.ts';

export interface TakeoverOptions {
  readonly brokers: readonly string[];
  readonly rounds: number;
  /** `SIGKILL`: the process is gone and its connections with it. `SIGSTOP`: it is silent, its connections stay. */
  readonly signal: 'SIGKILL' | 'SIGSTOP';
  readonly settings?: Readonly<Record<string, string>>;
  readonly onRound?: (tookMs: number) => void;
}

export interface Takeovers {
  /** For each round: from the signal to the first row written after it in the hands of a read_committed consumer. */
  readonly tookMs: readonly number[];
  readonly rows: number;
  readonly lost: number;
  readonly doubled: number;
  readonly misordered: number;
}

interface Seen {
  readonly n: number;
  readonly key: string;
  readonly atMs: number;
}

const KEYS = 5;
const EMIT_PAUSE_MS = 5;

/** Ends the publisher that streams while a standby waits and rows are being written, again and again. */
export async function measureTakeovers(options: TakeoverOptions): Promise<Takeovers> {
  await using source = await openSource();
  const seen: Seen[] = [];
  const consumer = createKafka({
    brokers: options.brokers,
    clientId: 'causeway-takeover',
    logger: createLogger({ service: 'takeover', level: 'silent' }),
  }).consumer({ groupId: `${source.topic}-takeover`, readUncommitted: false });
  await consumer.connect();
  await consumer.subscribe({ topic: source.topic, fromBeginning: true });
  await consumer.run({
    eachMessage: ({ message }) => {
      const { n } = JSON.parse(message.value?.toString() ?? '') as { n: number };
      seen.push({ n, key: message.key?.toString() ?? '', atMs: Date.now() });
      return Promise.resolve();
    },
  });

  let rows = 0;
  const enough = new AbortController();
  const write = async (): Promise<void> => {
    for (; !enough.signal.aborted; rows += 1) {
      await source.emit(`k${rows % KEYS}`, { n: rows });
      await new Promise((resolve) => setTimeout(resolve, EMIT_PAUSE_MS));
    }
  };
  const start = async (): Promise<RunningPublisher> => {
    const publisher = source.publisher(options.settings);
    await publisher.ready(/^200/);
    return publisher;
  };
  const frozen: RunningPublisher[] = [];
  const tookMs: number[] = [];
  try {
    let active = await start();
    const writing = write();
    try {
      for (let round = 0; round < options.rounds; round += 1) {
        const standby = await start();
        await until('rows that flow', () =>
          Promise.resolve(seen.length > 0 && seen.length >= rows - 100 ? true : null),
        );
        const [from, atMs] = [rows + 1, Date.now()];
        active.signal(options.signal);
        const first = await until(
          'a row of the standby',
          () =>
            Promise.resolve(seen.findLast(({ n }) => n >= from) === undefined ? null : seen.find(({ n }) => n >= from)),
          90_000,
        );
        tookMs.push(first.atMs - atMs);
        options.onRound?.(first.atMs - atMs);
        frozen.push(active);
        active = standby;
      }
    } finally {
      enough.abort();
      await writing;
    }
    // A process that was frozen wakes up: it must find itself fenced.
    for (const publisher of frozen) publisher.signal('SIGCONT');
    await until('all rows', () => Promise.resolve(new Set(seen.map(({ n }) => n)).size >= rows ? true : null), 60_000);
    await source.emit('k0', { n: rows });
    rows += 1;
    await until('the last row', () => Promise.resolve(seen.some(({ n }) => n === rows - 1) ? true : null));
  } finally {
    for (const publisher of frozen) publisher.signal('SIGKILL');
    await consumer.disconnect();
  }
  return { tookMs, rows, ...check(seen, rows) };
}

function check(seen: readonly Seen[], rows: number): Pick<Takeovers, 'lost' | 'doubled' | 'misordered'> {
  const distinct = new Set(seen.map(({ n }) => n));
  let misordered = 0;
  for (const ofKey of Map.groupBy(seen, ({ key }) => key).values()) {
    ofKey.forEach(({ n }, index) => {
      if (n < (ofKey[index - 1]?.n ?? -1)) misordered += 1;
    });
  }
  return { lost: rows - distinct.size, doubled: seen.length - distinct.size, misordered };
}
