/**
 * Tables of the products that can be played through without the product itself: what `dev`, the demo and tests install
 * in the product's database before the pack's capture is declared.
 */
export const PRODUCT_TABLES: Readonly<Record<string, string>> = {
  portal: `
    create table public.users (
      id text primary key,
      email text,
      full_name text,
      phone text,
      password_hash text,
      last_seen_at timestamptz
    )`,
};
