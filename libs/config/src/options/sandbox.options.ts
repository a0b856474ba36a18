import { option } from '../option.ts';
import { optionalText, optionalUrl } from '../option.types.ts';

/** A real Zoho sandbox that the conformance suite may write to (test/zoho/README.md). Without all of them it is left out. */
export const sandboxOptions = {
  sandboxAccountsUrl: option('CAUSEWAY_ZOHO_SANDBOX_ACCOUNTS_URL', optionalUrl, {
    default: '',
    help: "Accounts server of the sandbox's data centre, such as https://accounts.zoho.eu",
  }),
  sandboxClientId: option('CAUSEWAY_ZOHO_SANDBOX_CLIENT_ID', optionalText, {
    default: '',
    help: 'OAuth client id of the sandbox',
  }),
  sandboxClientSecret: option('CAUSEWAY_ZOHO_SANDBOX_CLIENT_SECRET', optionalText, {
    default: '',
    help: 'OAuth client secret of the sandbox',
    secret: true,
  }),
  sandboxRefreshToken: option('CAUSEWAY_ZOHO_SANDBOX_REFRESH_TOKEN', optionalText, {
    default: '',
    help: 'Refresh token whose organisation is a sandbox',
    secret: true,
  }),
};
