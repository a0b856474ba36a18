import type { ZohoClient } from '#zoho';

/** The calls that the dispatcher makes. */
export type CrmWriter = Pick<
  ZohoClient,
  | 'upsert'
  | 'update'
  | 'insert'
  | 'remove'
  | 'getById'
  | 'getByIds'
  | 'findByField'
  | 'coql'
  | 'convert'
  | 'convertedLead'
  | 'createNotes'
  | 'listNotes'
  | 'fields'
>;
