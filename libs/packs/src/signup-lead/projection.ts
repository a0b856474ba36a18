import { UNKNOWN_NAME, type WantedRecord } from '#mapping';
import type { State } from './fold.ts';

/** One Lead for each user who is there. A Contact that it was converted to follows changes, but is not deleted. */
export function project(state: State): WantedRecord[] {
  if (state.id === null || state.gone) return [];
  return [
    {
      module: 'Leads',
      identity: { field: 'External_User_ID', value: state.id },
      fields: {
        Email: state.email,
        First_Name: state.firstName,
        Last_Name: state.lastName ?? UNKNOWN_NAME,
        Phone: state.phone,
      },
      whenConverted: { write: 'follow', delete: 'skip' },
    },
  ];
}
