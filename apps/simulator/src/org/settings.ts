import { ALL_SCOPES } from '../oauth/scopes.ts';
import type { LimitSettings } from '../limits/limit.gate.ts';
import type { Latency } from './latency.ts';

/** What is fixed when the simulator starts; a reset goes back to it. */
export interface SimulatorSettings {
  readonly latencyMs: Latency;
  /** How long a search does not know of a write (reference 2.6: some time, not documented). */
  readonly searchDelayMs: number;
  /** How long a bulk job takes. */
  readonly bulkDelayMs: number;
  /** How long a merge of records takes, during which they are locked; 0: done before its answer. */
  readonly mergeDelayMs: number;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Whether the client may be used in this data centre (reference 1.3). */
  readonly clientEnabled: boolean;
  /** Whether who authorises consents at once or is asked on a page. */
  readonly consent: 'at_once' | 'page';
  /** The data centre in which the user who consents lives; empty: the one that is asked. */
  readonly userHome: string;
  readonly refreshToken: string;
  readonly scopes: readonly string[];
  readonly unknownFields: 'reject' | 'ignore';
  /** Whether a picklist takes values it does not list; Stage and Pipeline never do (reference 9, contradictory). */
  readonly newPicklistValues: 'accept' | 'reject';
  /** Status of the token throttle's answer (reference 1.3, contradictory). */
  readonly accessDeniedStatus: 400 | 200;
  readonly limits: LimitSettings;
  readonly seed: number;
}

export const DEFAULT_SETTINGS: SimulatorSettings = {
  latencyMs: 0,
  searchDelayMs: 3000,
  bulkDelayMs: 1000,
  mergeDelayMs: 0,
  clientId: '1000.SIMULATOR',
  clientSecret: 'simulator-secret',
  clientEnabled: true,
  consent: 'at_once',
  userHome: '',
  refreshToken: '1000.simulator.refresh',
  scopes: ALL_SCOPES,
  unknownFields: 'reject',
  newPicklistValues: 'reject',
  accessDeniedStatus: 400,
  limits: { edition: 'Enterprise', users: 100 },
  seed: 1,
};
