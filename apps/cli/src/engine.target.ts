import { integrationOptions, isOwnOptionSet, loadConfig, processOptions } from '#config';
import type { Mapping } from '#mapping';
import { loadPack } from '#packs';
import { readRunFile } from '#system';

/** The mappings that the relay works with, and what stands before its topics. */
export interface EngineTarget {
  readonly mappings: readonly Mapping[];
  readonly topicPrefix: string;
}

/**
 * As the environment names them (CAUSEWAY_PACKS, CAUSEWAY_TOPIC_PREFIX), else those of the system of this checkout. `packs`: these in
 * their stead.
 */
export async function engineTarget(packs?: readonly string[]): Promise<EngineTarget> {
  const { packs: packsOption } = integrationOptions;
  const { topicPrefix: prefixOption } = processOptions;
  const running = isOwnOptionSet(integrationOptions.integrationUrl, process.env) ? null : await readRunFile();
  const config = loadConfig({ packs: packsOption, topicPrefix: prefixOption });
  const named = isOwnOptionSet(packsOption, process.env) ? config.packs : (running?.packs ?? config.packs);
  const loaded = await Promise.all((packs ?? named).map((name) => loadPack(name)));
  const topicPrefix = isOwnOptionSet(prefixOption, process.env) ? config.topicPrefix : running?.topicPrefix;
  return { mappings: loaded.map(({ mapping }) => mapping), topicPrefix: topicPrefix ?? '' };
}
