import { WrongUse } from './exit.codes.ts';

/** `Leads.Lead_Status` and the like -> module -> fields. @throws WrongUse */
export function watchOf(fields: readonly string[]): Record<string, string[]> {
  const watch: Record<string, string[]> = {};
  for (const entry of fields) {
    const [module, field] = entry.split('.');
    if (module === undefined || field === undefined) throw new WrongUse(`--watch wants Module.Field, not ${entry}`);
    watch[module] = [...(watch[module] ?? []), field];
  }
  return watch;
}
