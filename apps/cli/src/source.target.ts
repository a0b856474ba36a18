import {
  DEFAULT_ROWS,
  isOwnOptionSet,
  kafkaConnectionOptions,
  kafkaOptions,
  loadConfig,
  presetOfEnvironment,
  processOptions,
  publisherOptions,
  readSourcesFile,
  type Config,
  type Environment,
  type RowsConfig,
} from '#config';
import { kafkaConnection } from '#kafka';
import { sourceOfSystem, type SourceTarget } from '#operations';
import { WrongUse } from './exit.codes.ts';
import { runningSystem } from './target.ts';

const { topicPrefix } = processOptions;
const { sourcesFile, sourceName, sourceUrl, slotName, publicationName, transactionTimeout, walDisk } = publisherOptions;
const { preset, outboxTable, debeziumOptions, outboxTimeColumn } = publisherOptions;
const DEFAULTS = {
  publicationName,
  walDisk,
  transactionTimeout,
  topicPartitions: kafkaOptions.topicPartitions,
  topicReplication: kafkaOptions.topicReplication,
};

const ALL = {
  ...DEFAULTS,
  sourceName,
  sourceUrl,
  slotName,
  outboxTimeColumn,
  ...kafkaConnectionOptions,
  topicPrefix,
};

/** How the environment says what `rows` of a file says. */
export const ROWS = { preset, outboxTable, debeziumOptions };

export interface SourceChoice {
  readonly source?: string;
  readonly system?: string;
}

/**
 * The source that a verb works on: the one that the publisher's settings in the environment name (with a file of sources, by
 * `--source` where it declares several); else `--source` of the system
 * of the file given, or of the one that runs on this checkout.
 * @throws WrongUse when that leaves more than one; CannotReach when no system runs
 */
export async function sourceTarget(
  { source, system }: SourceChoice,
  env: Environment = process.env,
): Promise<SourceTarget> {
  const file = env[sourcesFile.env] ?? '';
  if (file !== '' && system === undefined) return sourceOfFile(source, { file, env });
  const isSet = isOwnOptionSet(sourceUrl, env) || hasStandardSource(env);
  if (isSet && system === undefined) return sourceOfSettings(source, env);
  const running = await runningSystem(system);
  const names = running.sources.map(({ name }) => name);
  const name = chosen(source, names);
  const config = loadConfig(DEFAULTS, env);
  const defaults = {
    publication: config.publicationName,
    walDiskBytes: config.walDisk,
    topicPartitions: config.topicPartitions,
    topicReplication: config.topicReplication,
    transactionTimeoutMs: config.transactionTimeout,
  };
  const found = sourceOfSystem(running, { name, defaults });
  if (found === undefined) throw new WrongUse(`--source wants one of ${names.join(', ')}, not ${name}`);
  return found;
}

/** @throws WrongUse */
function chosen(source: string | undefined, names: readonly string[]): string {
  const name = source ?? (names.length === 1 ? names[0] : undefined);
  if (name === undefined) throw new WrongUse(`--source wants one of ${names.join(', ')}`);
  if (!names.includes(name)) throw new WrongUse(`--source wants one of ${names.join(', ')}, not ${name}`);
  return name;
}

function sourceOfFile(
  source: string | undefined,
  { file, env }: { readonly file: string; readonly env: Environment },
): SourceTarget {
  const declared = new Map(readSourcesFile(file, { env }).map((one) => [one.sourceName, one]));
  const name = chosen(source, [...declared.keys()]);
  const shared = loadConfig({ ...DEFAULTS, outboxTimeColumn, ...kafkaConnectionOptions, topicPrefix }, env);
  const found = declared.get(name);
  const none = { sourceName: name, sourceUrl: '', slotName: '', rows: DEFAULT_ROWS };
  return targetOf({ ...shared, ...none, ...found });
}

/** Standard settings alone may be meant for another program; with the name of a source they are meant for us. Pure. */
export function hasStandardSource(env: Environment): boolean {
  return isOwnOptionSet(sourceName, env) && publisherOptions.sourceUrl.standard?.read(env) !== undefined;
}

function sourceOfSettings(source: string | undefined, env: Environment): SourceTarget {
  const config = loadConfig(ALL, env);
  if (source !== undefined && source !== config.sourceName)
    throw new WrongUse(`the settings name the source ${config.sourceName}, --source names ${source}`);
  return targetOf({ ...config, rows: presetOfEnvironment(loadConfig(ROWS, env)) });
}

function targetOf(config: Config<typeof ALL> & { readonly rows: RowsConfig }): SourceTarget {
  return {
    name: config.sourceName,
    url: config.sourceUrl,
    slot: config.slotName,
    publication: config.publicationName,
    table: config.rows.table,
    preset: config.rows.preset,
    timeColumns: timeColumnsOf(config),
    walDiskBytes: config.walDisk,
    kafkaBrokers: config.kafkaBrokers,
    kafkaSecurity: kafkaConnection(config).security,
    topicPrefix: config.topicPrefix ?? '',
    topicPartitions: config.topicPartitions,
    topicReplication: config.topicReplication,
    transactionTimeoutMs: config.transactionTimeout,
  };
}

/** Columns that may say when a row was written: the setting before what the layout has; day partitions go by `created_at` whatever another source's column is. */
export function timeColumnsOf({
  rows,
  outboxTimeColumn: configured,
}: {
  readonly rows: RowsConfig;
  readonly outboxTimeColumn: string | undefined;
}): string[] {
  const ofLayout = rows.preset === 'causeway' ? 'created_at' : rows.options['table.field.event.timestamp'];
  const { schema, table } = rows.table;
  const isOurs = `${schema}.${table}` === 'outbox.events';
  return [isOurs && rows.preset === 'causeway' ? undefined : configured, ofLayout].filter((name) => name !== undefined);
}
