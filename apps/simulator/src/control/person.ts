import type { Org } from '../org/org.ts';
import type { User } from '../org/user.store.ts';
import { formatTime, parseAnyTime } from '../org/zoho.time.ts';
import type { Fields } from '../records/record.model.ts';
import { makeValue } from '../schema/field.maker.ts';
import type { Field } from '../schema/field.model.ts';
import type { Module } from '../schema/module.model.ts';
import { checkRecord } from '../validate/record.check.ts';
import { recordScope } from '../api/records/write.scope.ts';
import { ControlError } from './control.error.ts';
import { resolver } from './find.ts';
import { referenceIn } from './match.ts';

/** Who acts: the named person, made when unknown, never the API's own user. */
export function personOf(
  org: Org,
  user: string | { name?: string | undefined; email?: string | undefined } | undefined,
): User {
  if (user === undefined) return org.users.admin;
  const { name, email } = typeof user === 'string' ? { name: user, email: undefined } : user;
  return org.users.person({ ...(name === undefined ? {} : { name }), ...(email === undefined ? {} : { email }) });
}

/**
 * What a person typed, as stored values. Picklist values that the field lacks are added to it first, instants may have any
 * offset, and `$ref` names another record.
 * @throws ControlError 400 with the API's own error for a value that does not suit its field
 */
export function personValues(
  org: Org,
  given: { readonly module: Module; readonly fields: Fields; readonly mode: 'insert' | 'update' },
): Fields {
  const { module } = given;
  const input = Object.fromEntries(
    Object.entries(given.fields).map(([name, value]) => [name, plain(org, { module, name, value })]),
  );
  for (const [name, value] of Object.entries(input)) addValues(org, { module, field: module.fields.get(name), value });
  const scope = recordScope(org, { unknownFields: 'reject', newValues: 'accept' });
  const checked = checkRecord({ module, input, path: '$.fields', mode: given.mode }, scope);
  if (!('error' in checked)) return checked.values;
  throw new ControlError(400, `${checked.error.code}: ${checked.error.message}`, { error: checked.error });
}

function plain(org: Org, given: { readonly module: Module; readonly name: string; readonly value: unknown }): unknown {
  const { value } = given;
  const reference = referenceIn(value);
  if (reference !== undefined) {
    const id = resolver(org)(reference);
    if (id === undefined) throw new ControlError(404, `not exactly one record for ${JSON.stringify(value)}`);
    return { id };
  }
  const type = given.module.fields.get(given.name)?.type;
  const at = type === 'datetime' ? parseAnyTime(value) : undefined;
  return at === undefined ? value : formatTime(at);
}

function addValues(
  org: Org,
  given: { readonly module: Module; readonly field: Field | undefined; readonly value: unknown },
): void {
  const { module, field, value } = given;
  if (field?.values === undefined) return;
  const known = new Set(field.values.flatMap((entry) => [entry.actual, entry.display]));
  const lacking = (Array.isArray(value) ? value : [value]).filter(
    (entry): entry is string => typeof entry === 'string' && entry !== '' && !known.has(entry),
  );
  if (lacking.length === 0) return;
  const made = lacking.map((entry, at) => makeValue({ value: entry, at: (field.values?.length ?? 0) + at }, org.ids));
  org.schema.put(module, { ...field, values: [...field.values, ...made] });
}
