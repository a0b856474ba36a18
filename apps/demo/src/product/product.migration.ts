/**
 * The product's own column: what its salespeople say about a user. It is not among the captured columns, so a change of
 * it gives no event, and the way back cannot become a circle.
 */
export const PRODUCT_MIGRATION = 'alter table public.users add column if not exists crm_status text';
