import { isOwnOptionSet, integrationOptions, kafkaConnectionOptions, loadConfig, processOptions } from '#config';
import { kafkaConnection, type KafkaConnection } from '#kafka';
import { CannotReach } from './exit.codes.ts';
import { CrmUnread } from '#planning';
import { runningSystem } from './target.ts';

/** Where events are kept: what the environment names with its integration database, else the system of this checkout. */
export async function historyTarget(): Promise<{ readonly connection: KafkaConnection; readonly topicPrefix: string }> {
  if (!isOwnOptionSet(integrationOptions.integrationUrl, process.env)) {
    const { kafka, topicPrefix } = await runningSystem();
    return { connection: { brokers: kafka.brokers }, topicPrefix };
  }
  const config = loadConfig({ ...kafkaConnectionOptions, topicPrefix: processOptions.topicPrefix });
  const { brokers, security } = kafkaConnection(config);
  return { connection: { brokers, security }, topicPrefix: config.topicPrefix ?? '' };
}

/** What the CRM refuses is a problem that is found; one that does not answer cannot be reached. */
export async function readingCrm<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CrmUnread)) throw error;
    const { kind, code, reason } = error.failure;
    const said = `${code} ${reason}`;
    if (kind === 'rejected') throw new Error(`the CRM refused to be read: ${said}`, { cause: error });
    throw new CannotReach(`the CRM could not be read: ${said}`, { cause: error });
  }
}
