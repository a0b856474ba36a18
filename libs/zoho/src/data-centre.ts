/** A Zoho data centre: accounts and data never cross from one to another (reference 1.6). */
export interface DataCentre {
  readonly name: string;
  readonly accountsUrl: string;
  /** The registrable part of its API hosts: `www.`, `sandbox.` and `developer.` stand before it. */
  readonly apiHost: string;
  /** Where files are uploaded to. */
  readonly contentUrl: string;
}

/**
 * Canada's accounts live under another domain than its API, so hosts are listed and never derived. No source names the
 * United Kingdom's upload host; the one here is that of its neighbours.
 */
export const DATA_CENTRES: readonly DataCentre[] = [
  {
    name: 'us',
    accountsUrl: 'https://accounts.zoho.com',
    apiHost: 'zohoapis.com',
    contentUrl: 'https://content.zohoapis.com',
  },
  {
    name: 'eu',
    accountsUrl: 'https://accounts.zoho.eu',
    apiHost: 'zohoapis.eu',
    contentUrl: 'https://content.zohoapis.eu',
  },
  {
    name: 'in',
    accountsUrl: 'https://accounts.zoho.in',
    apiHost: 'zohoapis.in',
    contentUrl: 'https://content.zohoapis.in',
  },
  {
    name: 'au',
    accountsUrl: 'https://accounts.zoho.com.au',
    apiHost: 'zohoapis.com.au',
    contentUrl: 'https://content.zohoapis.com.au',
  },
  {
    name: 'cn',
    accountsUrl: 'https://accounts.zoho.com.cn',
    apiHost: 'zohoapis.com.cn',
    contentUrl: 'https://content.zohoapis.com.cn',
  },
  {
    name: 'jp',
    accountsUrl: 'https://accounts.zoho.jp',
    apiHost: 'zohoapis.jp',
    contentUrl: 'https://content.zohoapis.jp',
  },
  {
    name: 'ca',
    accountsUrl: 'https://accounts.zohocloud.ca',
    apiHost: 'zohoapis.ca',
    contentUrl: 'https://upload.zohocloud.ca',
  },
  { name: 'sa', accountsUrl: 'https://accounts.zoho.sa', apiHost: 'zohoapis.sa', contentUrl: 'https://files.zoho.sa' },
  {
    name: 'uk',
    accountsUrl: 'https://accounts.zoho.uk',
    apiHost: 'zohoapis.uk',
    contentUrl: 'https://content.zohoapis.uk',
  },
];

const API_PREFIXES = ['www', 'sandbox', 'developer'];

/** The data centre of an accounts host, or null for one that is not Zoho's (a simulator). */
export function dataCentreOf(accountsUrl: string): DataCentre | null {
  const origin = originOf(accountsUrl);
  return DATA_CENTRES.find((centre) => centre.accountsUrl === origin) ?? null;
}

/**
 * The API origins that an access token may be sent to: those of the accounts host's own data centre, and what the
 * connection's settings add (a simulator's URL). A token's answer names its `api_domain`; anything else is refused,
 * so that a forged or mistaken answer never carries a token to another host.
 */
export function allowedApiOrigins(accountsUrl: string, added: readonly string[] = []): ReadonlySet<string> {
  const centre = dataCentreOf(accountsUrl);
  const own = centre === null ? [] : API_PREFIXES.map((prefix) => `https://${prefix}.${centre.apiHost}`);
  const extra = added.map(originOf).filter((origin) => origin !== null);
  return new Set([...own, ...extra]);
}

/** Where files of an API origin are uploaded to; for a host that is not Zoho's (a simulator) the same origin. */
export function contentOriginOf(apiOrigin: string): string {
  const centre = DATA_CENTRES.find(({ apiHost }) =>
    API_PREFIXES.some((prefix) => apiOrigin === `https://${prefix}.${apiHost}`),
  );
  return centre?.contentUrl ?? apiOrigin;
}

/** Scheme, host and port of a URL in canonical form, or null if it is none. */
export function originOf(url: string): string | null {
  const parsed = URL.parse(url);
  return parsed === null || parsed.origin === 'null' ? null : parsed.origin;
}
