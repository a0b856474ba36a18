import type { FoldEvent } from '#mapping';
import { crmInstant } from '#mapping';
import type { Contact, Deleted } from '../events.ts';
import { PERSON_FIELDS } from '../projection/person.fields.ts';
import { personRecord, PERSON_VALUES, type ContactState, type Person, type State } from '../state.ts';
import { checked, optedIn, ownId, type AgencyTools } from './agency.fold.ts';
import { cameFromHere } from './origin.ts';
import { personOfContact } from './person.values.ts';

/** A contact of which nothing was heard on this connection. */
export function unheard(id: string, productId: string): ContactState {
  return { of: 'contact', id, productId, as: 'none', told: null, sent: null, lead: null, gone: false, mark: null };
}

export const contactCreated = checked<Contact>((state, event, tools) => {
  if (!optedIn(tools, 'contacts')) return tools.ignored('not_opted_in');
  const before = state.contact ?? unheard(ownId(event, event.subject), event.subject);
  const back: ContactState = { ...before, gone: false, mark: before.mark === null ? null : { at: null } };
  return { ...state, contact: told(back, event, tools) };
});

export const contactUpdated = checked<Contact>((state, event, tools) => {
  const before = state.contact ?? unheard(ownId(event, event.subject), event.subject);
  if (before.gone) return tools.ignored('contact_deleted');
  if (!optedIn(tools, 'contacts')) return tools.ignored('not_opted_in');
  return { ...state, contact: told(before, event, tools) };
});

export const contactDeleted = checked<Deleted>((state, event, tools) => {
  const before = state.contact ?? unheard(ownId(event, event.subject), event.subject);
  if (before.gone) return tools.ignored('contact_deleted');
  const forgotten: ContactState = { ...unheard(before.id, before.productId), gone: true };
  const isMarked = before.as !== 'none' && tools.settings.on_delete === 'mark';
  const marked: ContactState = { ...before, gone: true, mark: { at: crmInstant(event.time) } };
  return { ...state, contact: isMarked ? marked : forgotten } satisfies State;
});

/** The contact with what the event says of it; one that has no record here becomes a Contact. */
function told(before: ContactState, event: FoldEvent<Contact>, tools: AgencyTools): ContactState {
  const person = personOfContact(event.data);
  if (before.as === 'none' || before.told === null || before.sent === null) {
    return { ...before, as: 'contact', told: person, sent: person };
  }
  const changed = PERSON_VALUES.filter((name) => person[name] !== before.told?.[name]);
  const fields = PERSON_FIELDS[before.as];
  const held = changed.filter((name) => cameFromHere(event, tools, name)).map((name) => fields[name]);
  if (held.length > 0) tools.held(personRecord(before), held);
  const values = changed.map((name) => [name, person[name]] as const);
  const sent: Person = { ...before.sent, ...Object.fromEntries(values) };
  return { ...before, told: person, sent };
}
