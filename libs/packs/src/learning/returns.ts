import { commonPayload, conflictPayload, type Answer, type Judge, type Returns } from '#mapping';
import { z } from 'zod';
import type { Settings } from './settings.ts';
import { setup } from './setup.ts';
import type { State } from './state.ts';

const OPT_OUT = 'Email_Opt_Out';
const STANDARD_FIELDS = ['Email', 'First_Name', 'Last_Name', 'Description'];
const ofUser = { ...commonPayload, user_id: z.string() };

/** People own it: the product is told, and decides what that means for its mails. A box that was never ticked was not changed. */
const optedOut: Judge<State, Settings> = (state, { before, after }): Answer<State> => {
  const accepted = { is: 'accepted', state } as const;
  if ((before === true) === (after === true)) return accepted;
  return { ...accepted, event: { type: 'crm.contact.email_opt_out_changed', data: { opt_out: after === true } } };
};

/**
 * What people do in the CRM (specification, section 8). All fields that we write are the product's: an edit of one is told, and stands until
 * the product's own value changes.
 */
export const returns: Returns<State, Settings> = {
  modules: {
    Contacts: {
      identity: 'External_ID',
      reads: [...(setup['Contacts'] ?? []).map(({ apiName }) => apiName), ...STANDARD_FIELDS, OPT_OUT],
      about: ({ userId }) => ({ subject: userId, ids: { user_id: userId } }),
      judged: { [OPT_OUT]: optedOut },
      gives: ['crm.contact.email_opt_out_changed'],
      tells: { conflict: 'crm.contact.owned_field_edited', deleted: 'crm.contact.deleted' },
    },
  },
  restoreLimit: () => 0,
  events: {
    'crm.contact.email_opt_out_changed': z.object({ ...ofUser, opt_out: z.boolean() }),
    'crm.contact.owned_field_edited': z.object({ ...ofUser, ...conflictPayload }),
    'crm.contact.deleted': z.object(ofUser),
  },
};
