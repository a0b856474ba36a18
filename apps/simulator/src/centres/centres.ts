import { Org } from '../org/org.ts';
import type { SimulatorSettings } from '../org/settings.ts';
import type { CentreHosts, Location } from './data.centre.ts';
import { listenPair } from './listen.ts';

export interface Centres {
  readonly hosts: Readonly<Partial<Record<Location, CentreHosts>>>;
  close(): Promise<void>;
}

/**
 * Opens the pairs of hosts of data centres. Each centre has an organisation, users and tokens of its own; what one gave out, no
 * other knows. The first one is the organisation that is there already.
 */
export async function openCentres(
  home: Org,
  given: {
    readonly locations: readonly Location[];
    readonly settings: SimulatorSettings;
    readonly host: string;
    /** The first of their ports; 0 takes free ones. */
    readonly port: number;
  },
): Promise<Centres> {
  const orgs: Org[] = [];
  const closers: (() => Promise<void>)[] = [];
  const hosts: Partial<Record<Location, CentreHosts>> = {};
  const neighbours = new Map<string, Org>();
  for (const [at, location] of given.locations.entries()) {
    const org = at === 0 ? home : new Org({ ...given.settings, seed: given.settings.seed + at });
    const port = given.port === 0 ? 0 : given.port + 2 * at;
    const pair = await listenPair(org, { host: given.host, port });
    org.location = location;
    org.neighbours = neighbours;
    org.apiUrl = pair.hosts.apiUrl;
    org.accountsUrl = pair.hosts.accountsUrl;
    neighbours.set(location, org);
    hosts[location] = pair.hosts;
    closers.push(pair.close);
    if (org !== home) orgs.push(org);
  }
  const close = async (): Promise<void> => {
    await Promise.all(closers.map((one) => one()));
    for (const org of orgs) {
      org.jobs.clear();
      await org.notifier.close();
    }
  };
  return { hosts, close };
}
