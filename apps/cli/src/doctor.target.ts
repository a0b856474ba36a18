import {
  crmOptions,
  integrationOptions,
  isOwnOptionSet,
  kafkaConnectionOptions,
  loadConfig,
  processOptions,
  publisherOptions,
  readSourcesFile,
  type Environment,
} from '#config';
import { kafkaConnection } from '#kafka';
import { targetOfSystem, type DoctorTarget } from '#operations';
import { hasStandardSource } from './source.target.ts';
import { runningSystem } from './target.ts';

const { topicPrefix } = processOptions;
const { integrationUrl, packs } = integrationOptions;
const { secretKey, otherSecretKeys } = crmOptions;
const { sourcesFile, sourceName, sourceUrl, slotName } = publisherOptions;

/**
 * What the doctor shall look at: the system of the file given, else what the settings of the environment name (a
 * deployment: each part that has its settings), else the system that runs on this checkout.
 */
export async function doctorTarget(file?: string, env: Environment = process.env): Promise<DoctorTarget> {
  // As for the other verbs: a standard setting counts with the name of a source, since it may be another program's.
  const sources = env[sourcesFile.env] ?? '';
  const hasSource = sources !== '' || isOwnOptionSet(sourceUrl, env) || hasStandardSource(env);
  const hasIntegration = isOwnOptionSet(integrationUrl, env);
  if (file !== undefined || (!hasSource && !hasIntegration)) return targetOfSystem(await runningSystem(file));
  const shared = loadConfig({ topicPrefix, packs, ...kafkaConnectionOptions }, env);
  const source = hasSource && sources === '' ? [loadConfig({ sourceName, sourceUrl, slotName }, env)] : [];
  const declared = sources === '' ? source : readSourcesFile(sources, { env });
  const integration = hasIntegration ? loadConfig({ integrationUrl, secretKey, otherSecretKeys }, env) : null;
  return {
    kafkaBrokers: shared.kafkaBrokers,
    kafkaSecurity: kafkaConnection(shared).security,
    topicPrefix: shared.topicPrefix ?? '',
    packs: shared.packs,
    sources: declared.map((one) => ({ name: one.sourceName, url: one.sourceUrl, slot: one.slotName })),
    integration:
      integration === null
        ? null
        : {
            url: integration.integrationUrl,
            secretKey: integration.secretKey,
            otherSecretKeys: integration.otherSecretKeys,
          },
    services: [],
  };
}
