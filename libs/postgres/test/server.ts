import { until } from '#testing';
import type { Client } from 'pg';
import { connectClient } from '../src/client.factory.ts';

export { until };

/** Superuser URL of the server that the test run provides. */
export function adminUrl(): string {
  const url = process.env['CAUSEWAY_POSTGRES_URL'];
  if (url === undefined || url === '') throw new Error('these tests need CAUSEWAY_POSTGRES_URL; npm test sets it');
  return url;
}

/** Runs `work` on a connection of its own. */
export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = await connectClient({ url, applicationName: 'causeway-test' });
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
