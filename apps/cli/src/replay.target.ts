import { integrationOptions, isOwnOptionSet, kafkaConnectionOptions, loadConfig } from '#config';
import { kafkaConnection, type KafkaConnection } from '#kafka';
import type { Mapping } from '#mapping';
import { OutboxSource } from '#operations';
import { loadPack } from '#packs';
import { KafkaSource, type EventSource } from '#replay';
import { readRunFile } from '#system';
import { engineTarget } from './engine.target.ts';
import { WrongUse } from './exit.codes.ts';
import { sourceTarget } from './source.target.ts';

/** Through which mapping events go, and which one the relay works with. */
export interface ReplayMapping {
  readonly mapping: Mapping;
  readonly current: Mapping;
  /** Name or folder that it is loaded from. */
  readonly pack: string;
  readonly topicPrefix: string;
}

/**
 * `pack`: the name of one that the relay works with, or a folder with another version of one.
 * @throws WrongUse when it is not said which of several is meant
 */
export async function replayMapping(pack: string | undefined): Promise<ReplayMapping> {
  const { mappings, topicPrefix } = await engineTarget();
  const names = mappings.map(({ name }) => name).join(', ');
  const active =
    mappings.find(({ name }) => name === pack) ??
    (pack === undefined && mappings.length === 1 ? mappings[0] : undefined);
  if (active !== undefined) return { mapping: active, current: active, pack: active.name, topicPrefix };
  if (pack === undefined) throw new WrongUse(`--pack wants one of ${names}, or a folder`);
  const { mapping } = await loadPack(pack);
  const current = mappings.find(({ name }) => name === mapping.name);
  return { mapping, current: current ?? mapping, pack, topicPrefix };
}

/** Where events are read: Kafka, or the outbox of the source named. */
export async function replaySource(read: 'kafka' | 'outbox', source?: string): Promise<EventSource & AsyncDisposable> {
  if (read === 'kafka') return new KafkaSource(await kafkaOfRelay());
  return new OutboxSource(await sourceTarget(source === undefined ? {} : { source }));
}

/** The brokers of the environment, where it names the integration database; else those of the system of this checkout. */
async function kafkaOfRelay(): Promise<KafkaConnection> {
  const running = isOwnOptionSet(integrationOptions.integrationUrl, process.env) ? null : await readRunFile();
  return running === null ? kafkaConnection(loadConfig(kafkaConnectionOptions)) : { brokers: running.kafka.brokers };
}
