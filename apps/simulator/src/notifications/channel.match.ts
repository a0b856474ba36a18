import type { Change } from '../records/change.ts';
import type { Channel, EventKind, FieldGroup } from './channel.store.ts';

const KINDS: Readonly<Record<Change['operation'], EventKind>> = { insert: 'create', update: 'edit', delete: 'delete' };

/** Whether a channel is told of a change: its events name it, and an edit touches the selected fields. */
export function wants(channel: Channel, change: Change): boolean {
  if (change.related === true && !channel.relatedAction) return false;
  const kind = KINDS[change.operation];
  const named = channel.events.some(
    (event) => event.module === change.module && (event.kind === 'all' || event.kind === kind),
  );
  const condition = channel.conditions[change.module];
  if (!named || condition === undefined || kind !== 'edit') return named;
  return change.related !== true && selects(condition, new Set(change.fields));
}

/** A group of fields joined by `and` or `or`, groups within groups. */
function selects(group: FieldGroup, changed: ReadonlySet<string>): boolean {
  if (group.group === undefined) return group.field?.api_name !== undefined && changed.has(group.field.api_name);
  const operator = (group.group_operator ?? 'or').toLowerCase();
  return operator === 'and'
    ? group.group.every((inner) => selects(inner, changed))
    : group.group.some((inner) => selects(inner, changed));
}
