import type { Message } from '../events.ts';
import { messageBody, noteTitle } from '../message.text.ts';
import { personRecord, type ContactState } from '../state.ts';
import { cut } from '#mapping';
import { checked, optedIn, ownId } from './agency.fold.ts';
import { unheard } from './contact.fold.ts';
import { personOfMessage } from './person.values.ts';

const DESCRIPTION_UNITS = 32_000;
const REFERENCE_UNITS = 100;
const CONTENT_UNITS = 65_000;

/** A message without a contact has an aggregate id of its own. */
const subjectOf = ({ id, contact }: Readonly<Message>): { field: string; id: string } =>
  contact == null ? { field: 'id', id: `m-${id}` } : { field: 'contact.id', id: contact.id };

/** The first word of somebody unknown here makes a Lead; whatever else is said becomes a Note on what there is. */
export const messageCreated = checked<Message>((state, event, tools) => {
  const { id, contact, property, site, text } = event.data;
  if (contact == null) return tools.ignored('no_contact');
  const before = state.contact ?? unheard(ownId(event, event.subject), event.subject);
  if (before.gone) return tools.ignored('contact_deleted');
  if (!optedIn(tools, 'messages')) return tools.ignored('not_opted_in');
  if (before.lead?.message === id) return tools.ignored('message_repeated');
  if (before.as === 'none') {
    const person = personOfMessage(contact, site);
    const reference = property?.reference ?? null;
    const lead = {
      message: id,
      description: text == null ? null : cut(text, DESCRIPTION_UNITS),
      reference: reference === null ? null : cut(reference, REFERENCE_UNITS),
    };
    return { ...state, contact: { ...before, as: 'lead', told: person, sent: person, lead } satisfies ContactState };
  }
  tools.effect({
    effect: 'note',
    key: `agency/note/${event.tenantId}/${id}`,
    parent: personRecord(before),
    title: noteTitle(event),
    content: cut(messageBody(event.data), CONTENT_UNITS),
  });
  return { ...state, contact: before };
}, subjectOf);
