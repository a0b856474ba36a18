import { Ignored, SetAside, type Fold, type FoldEvent, type FoldTools } from '#mapping';
import type { RecordType, Settings } from '../settings.ts';
import type { State } from '../state.ts';

export type AgencyTools = FoldTools<Settings>;
export type AgencyFold<Data> = Fold<State, Data, Settings>;

/** With the tenant before it, an id has to fit into the identity field. */
const MOST_IDENTITY_UNITS = 100;

/** What an event's payload and envelope must agree on. */
interface Identified {
  readonly id: string;
}

/** Whether the connection wants records of this kind. */
export function optedIn({ settings }: Pick<AgencyTools, 'settings'>, type: RecordType): boolean {
  return settings.record_types.includes(type);
}

/** `<tenant>:<id>`: ids of two tenants may be the same, and one CRM may serve both. */
export function ownId(event: Pick<FoldEvent<unknown>, 'tenantId'>, id: string): string {
  return `${event.tenantId}:${id}`;
}

/**
 * A fold that is given events with one meaning only: the partition key orders what is said of one subject, so an event under another key
 * or with another id than its own cannot be used. `subject`: the id in the payload that is the aggregate's.
 */
export function checked<Data extends Identified>(
  change: (state: State, event: FoldEvent<Data>, tools: AgencyTools) => State | Ignored | SetAside,
  subjectOf: (data: Readonly<Data>) => { readonly field: string; readonly id: string } = ({ id }) => ({
    field: 'id',
    id,
  }),
): AgencyFold<Data> {
  return (state, event, tools) => {
    const { field, id } = subjectOf(event.data);
    if (id !== event.subject) return tools.setAside('invalid_value', field);
    if (event.key !== ownId(event, event.subject)) return tools.setAside('invalid_value', 'partition_key');
    const tooLong = [event.subject, event.data.id].some((one) => ownId(event, one).length > MOST_IDENTITY_UNITS);
    return tooLong ? tools.setAside('invalid_value', 'id') : change(state, event, tools);
  };
}
