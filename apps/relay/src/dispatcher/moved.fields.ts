import type { Failure } from '#zoho';
import type { CommandGroup } from './command.groups.ts';
import type { CrmWriter } from './crm.writer.ts';

/** Which fields the module of a group has. */
export type FieldsThere = { readonly kind: 'ok'; readonly has: (field: string) => boolean } | Failure;

/**
 * A record that was converted lives on in another module, which has some of the fields only (packs/README.md section 6). Where
 * the module is the command's own, set-up has made sure of its fields and nothing is asked.
 */
export async function fieldsThere(
  crm: Pick<CrmWriter, 'fields'>,
  { module, commands }: Pick<CommandGroup, 'module' | 'commands'>,
): Promise<FieldsThere> {
  if (commands.every((command) => command.module === module)) return { kind: 'ok', has: () => true };
  const result = await crm.fields(module);
  if (result.kind !== 'ok') return result;
  const names = new Set(result.fields.map(({ apiName }) => apiName));
  return { kind: 'ok', has: (field) => names.has(field) };
}
