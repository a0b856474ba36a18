import type { WantedFields, WantedRecord } from '#mapping';
import type { LeadFields } from '../setup.ts';
import { personRecord, PERSON_VALUES, type ContactState, type Mark } from '../state.ts';
import { PERSON_FIELDS } from './person.fields.ts';

/** The Contact or the Lead that stands for somebody on this connection; none while nothing was sent. */
export function personRecords(contact: ContactState): WantedRecord[] {
  const { as, sent, lead, mark } = contact;
  if (as === 'none' || sent === null) return [];
  const fields = PERSON_FIELDS[as];
  const values = PERSON_VALUES.map((name) => [fields[name], sent[name]] as const);
  const onCreate: LeadFields = {
    Company: sent.site,
    Lead_Source: 'Website Inquiry',
    Description: lead?.description,
    Property_Reference: lead?.reference,
  };
  return [
    {
      ...personRecord(contact),
      fields: { ...Object.fromEntries(values), ...markFields(mark) },
      ...(as === 'lead' ? { onCreate } : {}),
    },
  ];
}

/** Nothing is said of a record that the product never deleted. */
export function markFields(mark: Mark | null): WantedFields {
  return mark === null ? {} : { Agency_Deleted: mark.at !== null, Agency_Deleted_At: mark.at };
}
