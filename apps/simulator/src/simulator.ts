import type { Logger } from '#observability';
import { openCentres, type Centres } from './centres/centres.ts';
import type { Location } from './centres/data.centre.ts';
import { listen } from './centres/listen.ts';
import { makeServer } from './http/server.ts';
import { Journal } from './journal/journal.ts';
import type { LimitSettings } from './limits/limit.gate.ts';
import { Org } from './org/org.ts';
import { DEFAULT_SETTINGS, type SimulatorSettings } from './org/settings.ts';

export interface SimulatorOptions extends Partial<Omit<SimulatorSettings, 'limits'>> {
  /** Address to listen on; 127.0.0.1 unless said otherwise. */
  readonly host?: string;
  /** 0 takes a free port. */
  readonly port?: number;
  readonly limits?: Partial<LimitSettings>;
  /** Where the state is kept, so that it outlives the process; without it memory only. One simulator for each file. */
  readonly dataFile?: string | undefined;
  /** Data centres that get a pair of hosts each, beside the one address for all; the first is the home of what is kept. */
  readonly dataCentres?: readonly Location[];
  readonly logger?: Logger;
}

export interface Simulator {
  /** Where the API, the control side and the page are reached. */
  readonly url: string;
  /** Where tokens are had: the same listener. */
  readonly accountsUrl: string;
  readonly dataCentres: Centres['hosts'];
  readonly clientId: string;
  readonly clientSecret: string;
  readonly refreshToken: string;
  close(): Promise<void>;
}

/**
 * Starts a simulated CRM, ready for calls when the promise resolves: with an empty organisation, or as its data file says.
 * @throws the error of the listener, of the disk, or of a data file that cannot be read
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { host = '127.0.0.1', port = 0, logger, limits, dataFile, dataCentres = [], ...given } = options;
  const settings: SimulatorSettings = {
    ...DEFAULT_SETTINGS,
    ...given,
    limits: { ...DEFAULT_SETTINGS.limits, ...limits },
  };
  const org = new Org(settings);
  const journal = dataFile === undefined ? undefined : new Journal(org, dataFile);
  const app = makeServer(org);
  let url: string;
  let centres: Centres;
  try {
    url = await listen(app, { host, port });
    org.url = url;
    org.accountsUrl = url;
    org.apiUrl = url;
    centres = await openCentres(org, { locations: dataCentres, settings, host, port: port === 0 ? 0 : port + 1 });
  } catch (error) {
    await app.close();
    journal?.close();
    throw error;
  }
  // Only now: who started beside a simulator that has the port already must not take the file away from it.
  journal?.compact();
  logger?.info(dataCentres.length === 0 ? { url } : { url, dataCentres: centres.hosts }, 'listening');
  const { clientId, clientSecret, refreshToken } = settings;
  return {
    url,
    accountsUrl: url,
    dataCentres: centres.hosts,
    clientId,
    clientSecret,
    refreshToken,
    close: async () => {
      await Promise.all([app.close(), centres.close()]);
      org.jobs.clear();
      await org.notifier.close();
      journal?.close();
    },
  };
}
