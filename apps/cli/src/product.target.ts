import { loadConfig, productOptions } from '#config';
import { createDatabase, createPool, type ProductDatabase } from '#postgres';

/** Runs `work` on the product's database that the environment names, as a role that may read its table and emit. */
export async function withProduct<T>(work: (db: ReturnType<typeof open>) => Promise<T>): Promise<T> {
  const { productUrl } = loadConfig({ productUrl: productOptions.productUrl });
  const db = open(productUrl);
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}

function open(url: string) {
  return createDatabase<ProductDatabase>(createPool({ url, max: 2, applicationName: 'causeway-cli' }));
}
