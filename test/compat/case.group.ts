import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from 'pg';
import { connectClient, createScratchDatabase } from '#postgres';
import type { Stack } from '#stack';
import { until } from '../support/until.ts';
import type { CompatCase } from './debezium.cases.ts';
import { outboxConnector, startDebeziumWorker, type DebeziumWorker } from './debezium.worker.ts';
import { OurPublisher } from './our.publisher.ts';
import { compareRecords, idOf } from './record.comparison.ts';
import { TopicRecords, type TopicRecord } from './topic.records.ts';

export interface CaseResult {
  readonly name: string;
  readonly records: number;
  readonly differences: readonly string[];
  readonly note?: string;
}

export interface GroupOptions {
  readonly stack: Stack;
  readonly cases: readonly CompatCase[];
  readonly onResult: (result: CaseResult) => void;
  readonly signal: AbortSignal;
  readonly progress: (message: string) => void;
}

const PARTITIONS = 3;
const PATIENCE_MS = 300_000;
/** Publishers at work at the same time. */
const AT_ONCE = 3;

/** Runs both over the same rows for some cases: a database, one worker for all of Debezium's connectors, our publishers behind it. */
export async function runGroup(options: GroupOptions): Promise<void> {
  const { stack, cases } = options;
  await using resources = new AsyncDisposableStack();
  const database = await createScratchDatabase({ adminUrl: stack.postgresUrl, prefix: 'compat' });
  resources.defer(() => database.drop());
  const client = await connectClient({ url: database.url, applicationName: 'causeway-compat' });
  resources.defer(() => client.end());
  const group = new CaseGroup(options, { url: database.url, client, name: database.name });
  await group.prepare();
  // A slot would keep its database from being dropped.
  resources.defer(() => group.dropSlots());
  const folder = await mkdtemp(join(tmpdir(), 'causeway-compat-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  const records = resources.use(new TopicRecords(stack.kafkaBrokers));
  resources.defer(() => records.deleteTopics(`${database.name}.`));
  const worker = resources.use(await group.startTheirs(folder));
  await group.writeRows();
  await group.theirsAreDone(worker, records);
  await worker.stop();
  for (let at = 0; at < cases.length; at += AT_ONCE)
    await Promise.all(cases.slice(at, at + AT_ONCE).map((compared) => group.compare(compared, records)));
}

class CaseGroup {
  readonly #options: GroupOptions;
  readonly #failed = new Map<string, string>();
  readonly #database: { readonly url: string; readonly client: Client; readonly name: string };

  constructor(options: GroupOptions, database: { url: string; client: Client; name: string }) {
    this.#options = options;
    this.#database = database;
  }

  /** Tables, publications and, before any row is written, both slots of each case. */
  async prepare(): Promise<void> {
    const { client } = this.#database;
    for (const table of new Set(this.#options.cases.map((compared) => compared.table))) {
      for (const statement of table.ddl) await client.query(statement);
      await client.query(`create publication ${publicationOf(table.name)} for table ${table.name}`);
    }
    for (const { name } of this.#options.cases)
      for (const side of ['theirs', 'ours'] as const)
        await client.query(`select pg_create_logical_replication_slot($1, 'pgoutput')`, [this.#slot(side, name)]);
  }

  async dropSlots(): Promise<void> {
    await until('free slots', async () => {
      await this.#database.client.query(
        `select pg_terminate_backend(active_pid) from pg_replication_slots where database = current_database() and active`,
      );
      const { rows } = await this.#database.client.query<{ slot_name: string; active: boolean }>(
        'select slot_name, active from pg_replication_slots where database = current_database()',
      );
      for (const { slot_name: slot, active } of rows)
        if (!active) await this.#database.client.query('select pg_drop_replication_slot($1)', [slot]);
      return rows.length === 0 ? true : null;
    });
  }

  async startTheirs(folder: string): Promise<DebeziumWorker> {
    const { stack, cases, progress } = this.#options;
    progress(`Debezium with ${cases.length} connectors`);
    const connectors = cases.map(({ name, table, router, connector }) =>
      outboxConnector({
        name,
        postgresUrl: this.#database.url,
        slot: this.#slot('theirs', name),
        publication: publicationOf(table.name),
        table: table.name.replaceAll('"', ''),
        topicPrefix: this.#prefix('theirs', name),
        partitions: PARTITIONS,
        router,
        ...(connector === undefined ? {} : { connector }),
      }),
    );
    const worker = await startDebeziumWorker({ folder, brokers: stack.kafkaBrokers, connectors, progress });
    try {
      await this.#until('slots read by Debezium', async () => {
        const { rows } = await this.#database.client.query<{ readers: number }>(
          `select count(*)::int as readers from pg_replication_slots where database = current_database() and active`,
        );
        return rows[0]?.readers === cases.length ? true : null;
      });
      return worker;
    } catch (error) {
      const failed = await Promise.all(cases.map(({ name }) => worker.status(name)));
      await worker.kill();
      throw new Error(`not all connectors started: ${failed.map(({ trace }) => trace).join('\n')}`, { cause: error });
    }
  }

  async writeRows(): Promise<void> {
    const { client } = this.#database;
    this.#options.progress('writing rows');
    for (const table of new Set(this.#options.cases.map((compared) => compared.table)))
      for (const transaction of table.rows) {
        await client.query('begin');
        for (const statement of transaction) await client.query(statement);
        if (transaction.at(-1) !== 'rollback') await client.query('commit');
      }
  }

  async theirsAreDone(worker: DebeziumWorker, records: TopicRecords): Promise<void> {
    for (const compared of this.#options.cases) {
      const { name, stops, deadLetters = 0 } = compared;
      await this.#until(`Debezium's end of ${name}`, async () => {
        const { state, trace } = await worker.status(name);
        if (stops || deadLetters > 0) return state === 'FAILED' ? true : null;
        if (state === 'FAILED') {
          this.#failed.set(name, `Debezium failed: ${trace.split('\n', 1)[0] ?? ''}`);
          return true;
        }
        const read = await records.read(this.#prefix('theirs', name));
        return read?.some((record) => idOf(record) === compared.table.marker) ? true : null;
      });
    }
  }

  async compare(compared: CompatCase, records: TopicRecords): Promise<void> {
    const { name } = compared;
    const failed = this.#failed.get(name);
    try {
      const result = await this.#compare(compared, records);
      const { differences } = result;
      this.#options.onResult({ ...result, differences: failed === undefined ? differences : [failed, ...differences] });
    } catch (error) {
      this.#options.signal.throwIfAborted();
      this.#options.onResult({
        name,
        records: 0,
        differences: [...(failed === undefined ? [] : [failed]), String(error)],
      });
    }
  }

  async #compare(compared: CompatCase, records: TopicRecords): Promise<CaseResult> {
    const { name, stops, comparesTimestamps = false } = compared;
    const theirs = (await records.read(this.#prefix('theirs', name))) ?? [];
    const { found: ours, stopped } = await this.#runOurs(compared, records);
    const { differences: all, ...rest } = compareRecords({
      theirs,
      ours: reachedBy(theirs, { ours, compared }),
      comparesTimestamps,
    });
    const differences = withoutStated(all, { ours, compared });
    const both = stops && stopped === undefined ? ['Debezium failed, ours did not stop', ...differences] : differences;
    return { name, ...rest, differences: both };
  }

  async #runOurs(compared: CompatCase, records: TopicRecords) {
    const { name, table, router, connector, stops } = compared;
    const prefix = this.#prefix('ours', name);
    await using publisher = new OurPublisher({
      postgresUrl: this.#database.url,
      brokers: this.#options.stack.kafkaBrokers,
      slot: this.#slot('ours', name),
      publication: publicationOf(table.name),
      table: table.name,
      topicPrefix: prefix,
      partitions: PARTITIONS,
      options: { ...router, ...connector },
    });
    const read = async (): Promise<TopicRecord[] | undefined> =>
      (await records.read(prefix))?.filter(({ topic }) => topic !== 'causeway.positions');
    await this.#until(`our end of ${name}`, async () => {
      const stopped = publisher.stopped();
      if (stops) return stopped === undefined ? null : true;
      if (stopped !== undefined) throw new Error(`ours stopped in ${name}: ${stopped}`);
      return (await read())?.some((record) => idOf(record) === table.marker) ? true : null;
    });
    // Topics that were read before the last record came are read again.
    const found = await until('the end of all transactions', read);
    return { found, stopped: publisher.stopped() };
  }

  #until(what: string, ask: () => Promise<true | null>): Promise<true> {
    return until(
      what,
      () => {
        this.#options.signal.throwIfAborted();
        return ask();
      },
      PATIENCE_MS,
    );
  }

  #slot(side: 'theirs' | 'ours', name: string): string {
    return `${this.#database.name}_${side}_${name}`.replaceAll('-', '_').slice(0, 63);
  }

  #prefix(side: 'theirs' | 'ours', name: string): string {
    return `${this.#database.name}.${side}.${name}.`;
  }
}

function publicationOf(table: string): string {
  return `compat_${table.replaceAll(/[^a-z]/gi, '').toLowerCase()}`;
}

/** A connector that failed sent nothing behind that. */
function reachedBy(
  theirs: readonly TopicRecord[],
  { ours, compared }: { readonly ours: readonly TopicRecord[]; readonly compared: CompatCase },
): readonly TopicRecord[] {
  if (compared.deadLetters === undefined) return ours;
  const reached = new Set(theirs.map(idOf));
  return ours.filter((record) => reached.has(idOf(record)));
}

/** What the page states is no difference, if it is there exactly as it says. */
function withoutStated(
  differences: readonly string[],
  { ours, compared }: { readonly ours: readonly TopicRecord[]; readonly compared: CompatCase },
): readonly string[] {
  const { excepted, deadLetters = 0 } = compared;
  const found = ours.filter(({ topic }) => topic === 'causeway.dead-letters').length;
  const lettersDiffer = found === deadLetters ? [] : [`${found} dead letters, not ${deadLetters}`];
  const stated = differences.filter((difference) => excepted?.difference.test(difference) === true);
  const others = differences.filter((difference) => !stated.includes(difference));
  const countDiffers =
    stated.length === (excepted?.count ?? 0)
      ? []
      : [`${stated.length} stated differences, not ${excepted?.count ?? 0}`];
  return [...others, ...countDiffers, ...lettersDiffer];
}
