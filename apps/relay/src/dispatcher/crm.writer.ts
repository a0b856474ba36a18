import type { ZohoClient } from '#zoho';

/** The calls that the dispatcher makes. */
export type CrmWriter = Pick<
  ZohoClient,
  'upsert' | 'update' | 'remove' | 'getByIds' | 'findByField' | 'convertedLead' | 'fields'
>;
