import { compareSetUp, labelOf, type ActualField, type SetUp, type SetUpDifference } from '#mapping';
import type { Failure, NewField, ZohoClient } from '#zoho';

export type SetUpResult = { readonly kind: 'ok'; readonly differences: readonly SetUpDifference[] } | Failure;

/** What differs between the fields that a pack needs and those that the CRM has (packs/README.md section 8). */
export async function checkSetUp(client: Pick<ZohoClient, 'fields'>, setup: SetUp): Promise<SetUpResult> {
  const actual: Record<string, ActualField[]> = {};
  for (const module of Object.keys(setup)) {
    const result = await client.fields(module);
    if (result.kind !== 'ok') return result;
    actual[module] = result.fields.map((field) => ({
      apiName: field.apiName,
      type: field.dataType,
      length: field.length,
      unique: field.isUnique,
      values: field.values,
    }));
  }
  return { kind: 'ok', differences: compareSetUp(setup, actual) };
}

/** Creates the fields that are missing, then says what still differs. Nothing that exists is changed or removed. */
export async function applySetUp(
  client: Pick<ZohoClient, 'fields' | 'createFields'>,
  setup: SetUp,
): Promise<SetUpResult> {
  const before = await checkSetUp(client, setup);
  if (before.kind !== 'ok') return before;
  for (const [module, declared] of Object.entries(setup)) {
    const missing = new Set(
      before.differences
        .filter((found) => found.module === module && found.difference === 'missing')
        .map(({ apiName }) => apiName),
    );
    const fields = declared
      .filter(({ apiName }) => missing.has(apiName))
      .map((field): NewField => ({
        label: labelOf(field),
        dataType: field.type,
        ...(field.length === undefined ? {} : { length: field.length }),
        ...(field.unique === undefined ? {} : { unique: field.unique }),
        ...(field.values === undefined ? {} : { values: field.values }),
      }));
    if (fields.length === 0) continue;
    const failed = (await client.createFields(module, { fields })).find((outcome) => outcome.kind !== 'succeeded');
    if (failed !== undefined) return failed;
  }
  return checkSetUp(client, setup);
}
