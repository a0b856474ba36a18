import type { Capture } from '#mapping';

/** Only these columns ever leave the table; the product itself is not changed by a line. */
export const capture: Capture = {
  table: 'public.users',
  aggregateType: 'user',
  idColumn: 'id',
  tenantId: 'portal',
  columns: ['id', 'email', 'full_name', 'phone'],
};
