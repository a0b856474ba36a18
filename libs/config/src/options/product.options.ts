import { option } from '../option.ts';
import { postgresUrl } from '../option.types.ts';

/** A product's own database, for verbs that write into its outbox. */
export const productOptions = {
  productUrl: option('CAUSEWAY_PRODUCT_URL', postgresUrl, {
    help: "Postgres URL of a product's database, for `causeway backfill`; its role may read the table and emit",
    secret: true,
  }),
};
