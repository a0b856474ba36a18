import type { FastifyInstance } from 'fastify';
import { makeServer } from '../http/server.ts';
import type { Org } from '../org/org.ts';
import type { CentreHosts } from './data.centre.ts';

/** A listener's own address. */
export async function listen(
  app: FastifyInstance,
  given: { readonly host: string; readonly port: number },
): Promise<string> {
  await app.listen(given);
  const address = app.server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : given.port;
  const name = given.host === '0.0.0.0' || given.host === '::' ? 'localhost' : given.host;
  return `http://${name}:${bound}`;
}

/** The pair of hosts of one data centre, each with a port of its own: the given one and the next, or free ones. */
export async function listenPair(
  org: Org,
  given: { readonly host: string; readonly port: number },
): Promise<{ readonly hosts: CentreHosts; readonly close: () => Promise<void> }> {
  const accounts = makeServer(org, 'accounts');
  const api = makeServer(org, 'api');
  const close = async (): Promise<void> => {
    await Promise.all([accounts.close(), api.close()]);
  };
  try {
    const accountsUrl = await listen(accounts, given);
    const apiUrl = await listen(api, { host: given.host, port: given.port === 0 ? 0 : given.port + 1 });
    return { hosts: { accountsUrl, apiUrl }, close };
  } catch (error) {
    await close();
    throw error;
  }
}
