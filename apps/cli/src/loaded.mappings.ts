import { integrationOptions, isOwnOptionSet, loadConfig } from '#config';
import type { Mapping } from '#mapping';
import { loadPack } from '#packs';
import { readRunFile } from '#system';

/** The mappings of CAUSEWAY_PACKS, else those of the system that runs on this checkout. */
export async function loadedMappings(): Promise<Mapping[]> {
  const { packs: option } = integrationOptions;
  const running = isOwnOptionSet(option, process.env) ? null : await readRunFile();
  const names = running?.packs ?? loadConfig({ option }).option;
  const packs = await Promise.all(names.map((name) => loadPack(name)));
  return packs.map(({ mapping }) => mapping);
}
