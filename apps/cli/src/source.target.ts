import {
  isOwnOptionSet,
  kafkaConnectionOptions,
  kafkaOptions,
  loadConfig,
  processOptions,
  publisherOptions,
  type Environment,
} from '#config';
import { kafkaConnection } from '#kafka';
import { sourceOfSystem, type SourceTarget } from '#operations';
import { WrongUse } from './exit.codes.ts';
import { runningSystem } from './target.ts';

const { topicPrefix } = processOptions;
const { sourceName, sourceUrl, slotName, publicationName, transactionTimeout } = publisherOptions;
const DEFAULTS = {
  publicationName,
  transactionTimeout,
  topicPartitions: kafkaOptions.topicPartitions,
  topicReplication: kafkaOptions.topicReplication,
};

export interface SourceChoice {
  readonly source?: string;
  readonly system?: string;
}

/**
 * The source that a verb works on: the one that the publisher's settings in the environment name; else `--source` of the system
 * of the file given, or of the one that runs on this checkout.
 * @throws WrongUse when that leaves more than one; CannotReach when no system runs
 */
export async function sourceTarget(
  { source, system }: SourceChoice,
  env: Environment = process.env,
): Promise<SourceTarget> {
  const isSet = isOwnOptionSet(sourceUrl, env) || hasStandardSource(env);
  if (isSet && system === undefined) return sourceOfSettings(source, env);
  const running = await runningSystem(system);
  const names = running.sources.map(({ name }) => name);
  const [only] = names;
  const name = source ?? (names.length === 1 ? only : undefined);
  if (name === undefined) throw new WrongUse(`--source wants one of ${names.join(', ')}`);
  const config = loadConfig(DEFAULTS, env);
  const defaults = {
    publication: config.publicationName,
    topicPartitions: config.topicPartitions,
    topicReplication: config.topicReplication,
    transactionTimeoutMs: config.transactionTimeout,
  };
  const found = sourceOfSystem(running, { name, defaults });
  if (found === undefined) throw new WrongUse(`--source wants one of ${names.join(', ')}, not ${name}`);
  return found;
}

/** Standard settings alone may be meant for another program; with the name of a source they are meant for us. Pure. */
export function hasStandardSource(env: Environment): boolean {
  return isOwnOptionSet(sourceName, env) && publisherOptions.sourceUrl.standard?.read(env) !== undefined;
}

function sourceOfSettings(source: string | undefined, env: Environment): SourceTarget {
  const config = loadConfig(
    { ...DEFAULTS, sourceName, sourceUrl, slotName, ...kafkaConnectionOptions, topicPrefix },
    env,
  );
  if (source !== undefined && source !== config.sourceName)
    throw new WrongUse(`the settings name the source ${config.sourceName}, --source names ${source}`);
  return {
    name: config.sourceName,
    url: config.sourceUrl,
    slot: config.slotName,
    publication: config.publicationName,
    kafkaBrokers: config.kafkaBrokers,
    kafkaSecurity: kafkaConnection(config).security,
    topicPrefix: config.topicPrefix ?? '',
    topicPartitions: config.topicPartitions,
    topicReplication: config.topicReplication,
    transactionTimeoutMs: config.transactionTimeout,
  };
}
