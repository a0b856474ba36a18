import { option } from '../option.ts';
import { duration, integer, oneOf, optionalText, text } from '../option.types.ts';

/** The simulator's knobs; it also has those of every process. */
export const simulatorOptions = {
  simulatorClientId: option('CAUSEWAY_SIMULATOR_CLIENT_ID', text, {
    default: '1000.SIMULATOR',
    help: 'OAuth client id that the simulator knows',
  }),
  simulatorClientSecret: option('CAUSEWAY_SIMULATOR_CLIENT_SECRET', text, {
    default: 'simulator-secret',
    help: 'OAuth client secret that the simulator knows',
    secret: true,
  }),
  simulatorRefreshToken: option('CAUSEWAY_SIMULATOR_REFRESH_TOKEN', text, {
    default: '1000.simulator.refresh',
    help: 'Refresh token that the simulator accepts from its start',
    secret: true,
  }),
  simulatorLatency: option('CAUSEWAY_SIMULATOR_LATENCY', duration, {
    default: '0ms',
    help: 'How long the simulator waits before it answers an API call',
  }),
  simulatorUnknownFields: option('CAUSEWAY_SIMULATOR_UNKNOWN_FIELDS', oneOf('reject', 'ignore'), {
    default: 'reject',
    help: 'What happens to a field that the module does not have; reports on the real CRM disagree',
  }),
  simulatorData: option('CAUSEWAY_SIMULATOR_DATA', optionalText, {
    default: '',
    help: 'File to which every change is appended and from which the state is read at the start; empty: memory only',
  }),
  simulatorDataCentres: option('CAUSEWAY_SIMULATOR_DATA_CENTRES', optionalText, {
    default: '',
    help: 'Data centres that get a pair of hosts each, such as eu,us; their ports follow on the own one',
  }),
  simulatorEdition: option(
    'CAUSEWAY_SIMULATOR_EDITION',
    oneOf('Free', 'Standard', 'Professional', 'Enterprise', 'Ultimate'),
    {
      default: 'Enterprise',
      help: 'Edition whose limits the simulator imitates: credits, calls at once, custom fields',
    },
  ),
  simulatorSeed: option('CAUSEWAY_SIMULATOR_SEED', integer(0, 2 ** 31 - 1), {
    default: '1',
    help: 'Seed of everything random in the simulator',
  }),
};
