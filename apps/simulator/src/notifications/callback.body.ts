import type { Org } from '../org/org.ts';
import type { Change } from '../records/change.ts';
import type { Fields } from '../records/record.model.ts';
import { showValue } from '../records/record.view.ts';
import type { Channel } from './channel.store.ts';

/** The address that replies and callbacks show; it says v2 in every version (reference 2.0, 7.2). */
export const resourceUri = (module: string): string => `https://www.zohoapis.com/crm/v2/${module}`;

/** A callback without the time of its sending. All changes are of one module and one operation. */
export function callbackBody(
  org: Org,
  given: { readonly channel: Channel; readonly changes: readonly Change[] },
): Fields | undefined {
  const { channel, changes } = given;
  const [first] = changes;
  if (first === undefined) return undefined;
  const wantsValues = channel.affectedValues || first.operation === 'delete';
  return {
    ...(wantsValues ? { affected_values: changes.map((change) => affectedValues(org, change)) } : {}),
    query_params: Object.fromEntries(new URL(channel.notifyUrl).searchParams),
    module: first.module,
    resource_uri: resourceUri(first.module),
    ids: changes.map((change) => change.id),
    affected_fields: first.operation === 'update' ? changes.map(affectedFields) : [],
    operation: first.operation,
    channel_id: channel.id,
    token: channel.token,
  };
}

const affectedFields = (change: Change): Fields => ({ [change.id]: change.fields });

function affectedValues(org: Org, change: Change): Fields {
  const user = org.users.get(change.by);
  if (change.operation === 'delete') {
    const by = user === undefined ? null : { name: user.name, id: user.id, email: user.email };
    return { record_id: change.id, values: { Modified_By: by, Record_Status__s: 0 } };
  }
  const module = org.schema.module(change.module);
  const record = org.records.get(change.module, change.id);
  const values: Fields = {};
  for (const name of change.fields) {
    const field = module?.fields.get(name);
    if (field !== undefined) values[name] = showValue(org, { field, value: record?.fields[name] });
  }
  return { record_id: change.id, values };
}
