import {
  crmOptions,
  integrationOptions,
  isOwnOptionSet,
  kafkaConnectionOptions,
  kafkaOptions,
  loadConfig,
  presetOfEnvironment,
  processOptions,
  publisherOptions,
  readSourcesFile,
  type Environment,
} from '#config';
import { kafkaConnection } from '#kafka';
import { targetOfSystem, type DoctorTarget, type StatusTarget } from '#operations';
import { hasStandardSource, ROWS, timeColumnsOf } from './source.target.ts';
import { runningSystem } from './target.ts';

const { topicPrefix } = processOptions;
const { integrationUrl, packs } = integrationOptions;
const { secretKey, otherSecretKeys } = crmOptions;
const { sourcesFile, sourceName, sourceUrl, slotName, publicationName, outboxTimeColumn } = publisherOptions;
const SOURCE = { sourceName, sourceUrl, slotName, publicationName };

const { topicPartitions, topicReplication, topicRetention: retention } = kafkaOptions;
const TOPICS = { topicPartitions, topicReplication, topicRetention: retention };

type Parts = Omit<StatusTarget, 'integration'> & { readonly hasIntegration: boolean };

/**
 * What the doctor shall look at: the system of the file given, else what the settings of the environment name (a
 * deployment: each part that has its settings), else the system that runs on this checkout.
 */
export async function doctorTarget(file?: string, env: Environment = process.env): Promise<DoctorTarget> {
  const { hasIntegration, ...parts } = partsOf(file === undefined ? env : {});
  if (isNothing(parts, hasIntegration)) return targetOfSystem(await runningSystem(file), parts.topics);
  if (!hasIntegration) return { ...parts, integration: null };
  const config = loadConfig({ integrationUrl, secretKey, otherSecretKeys }, env);
  const keys = { secretKey: config.secretKey, otherSecretKeys: config.otherSecretKeys };
  return { ...parts, integration: { url: config.integrationUrl, ...keys } };
}

/** The same without the keys of stored secrets, which a look at the flow does not need. */
export async function statusTarget(file?: string, env: Environment = process.env): Promise<StatusTarget> {
  const { hasIntegration, ...parts } = partsOf(file === undefined ? env : {});
  if (isNothing(parts, hasIntegration)) return targetOfSystem(await runningSystem(file), parts.topics);
  const integration = hasIntegration ? { url: loadConfig({ integrationUrl }, env).integrationUrl } : null;
  return { ...parts, integration };
}

function isNothing({ sources }: Pick<Parts, 'sources'>, hasIntegration: boolean): boolean {
  return sources.length === 0 && !hasIntegration;
}

/** What the settings name; nothing without a source or an integration database. */
function partsOf(env: Environment): Parts {
  // As for the other verbs: a standard setting counts with the name of a source, since it may be another program's.
  const file = env[sourcesFile.env] ?? '';
  const hasSource = file !== '' || isOwnOptionSet(sourceUrl, env) || hasStandardSource(env);
  const hasIntegration = isOwnOptionSet(integrationUrl, env);
  const { topicPartitions: partitions, topicReplication: replication, topicRetention } = loadConfig(TOPICS, env);
  const topics = { partitions, replication, retentionMs: topicRetention };
  const nothing = { topics, kafkaBrokers: [], topicPrefix: '', packs: [], sources: [], services: [], hasIntegration };
  if (!hasSource && !hasIntegration) return nothing;
  const shared = loadConfig({ topicPrefix, packs, ...kafkaConnectionOptions }, env);
  const ofSettings = () => ({ ...loadConfig(SOURCE, env), rows: presetOfEnvironment(loadConfig(ROWS, env)) });
  const ofEnvironment = hasSource && file === '' ? [ofSettings()] : [];
  const declared = file === '' ? ofEnvironment : readSourcesFile(file, { env });
  const { column } = loadConfig({ column: outboxTimeColumn }, env);
  return {
    ...nothing,
    kafkaBrokers: shared.kafkaBrokers,
    kafkaSecurity: kafkaConnection(shared).security,
    topicPrefix: shared.topicPrefix ?? '',
    packs: shared.packs,
    sources: declared.map(({ rows, ...one }) => ({
      name: one.sourceName,
      url: one.sourceUrl,
      slot: one.slotName,
      publication: one.publicationName,
      table: rows.table,
      preset: rows.preset,
      timeColumns: timeColumnsOf({ rows, outboxTimeColumn: column }),
    })),
  };
}
