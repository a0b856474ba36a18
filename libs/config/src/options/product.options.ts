import { option } from '../option.ts';
import { text } from '../option.types.ts';

/** A product's own database, for verbs that write into its outbox. */
export const productOptions = {
  productUrl: option('CAUSEWAY_PRODUCT_URL', text, {
    help: "Postgres URL of a product's database, for `causeway backfill`; its role may read the table and emit",
    secret: true,
  }),
};
