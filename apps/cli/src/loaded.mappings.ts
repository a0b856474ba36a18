import { integrationOptions, isOwnOptionSet, loadConfig } from '#config';
import type { Mapping } from '#mapping';
import { loadPack } from '#packs';
import { readRunFile } from '#system';

/** The mappings of CAUSEWAY_PACKS, else those of the system that runs on this checkout. */
export async function loadedMappings(): Promise<Mapping[]> {
  return mappingsOf(await packNames());
}

/** The mappings of packs by name or folder. */
export async function mappingsOf(names: readonly string[]): Promise<Mapping[]> {
  const packs = await Promise.all(names.map((name) => loadPack(name)));
  return packs.map(({ mapping }) => mapping);
}

/** Their names, or the paths of their folders. */
export async function packNames(): Promise<readonly string[]> {
  const { packs: option } = integrationOptions;
  const running = isOwnOptionSet(option, process.env) ? null : await readRunFile();
  return running?.packs ?? loadConfig({ option }).option;
}
