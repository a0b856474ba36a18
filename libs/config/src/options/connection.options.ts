import { option } from '../option.ts';
import { text } from '../option.types.ts';

/** Secrets of a connection on their way into the integration database, where they are kept sealed. */
export const connectionOptions = {
  clientSecret: option('CAUSEWAY_CLIENT_SECRET', text, {
    help: 'OAuth client secret that `causeway connection put` stores',
    secret: true,
  }),
  refreshToken: option('CAUSEWAY_REFRESH_TOKEN', text, {
    help: 'Refresh token that `causeway connection put` stores',
    secret: true,
  }),
};
