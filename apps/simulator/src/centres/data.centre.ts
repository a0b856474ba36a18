/** Zoho's data centres, by the location that a grant's redirect names (reference 1.6). */
export const LOCATIONS = ['us', 'eu', 'in', 'au', 'cn', 'jp', 'ca', 'sa', 'uk'] as const;
export type Location = (typeof LOCATIONS)[number];

/** The local addresses that stand for a data centre's pair of hosts. */
export interface CentreHosts {
  readonly accountsUrl: string;
  readonly apiUrl: string;
}

/** @throws Error that names what is no data centre */
export function locationsOf(text: string): Location[] {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return names.map((name) => {
    const found = LOCATIONS.find((location) => location === name);
    if (found === undefined) throw new Error(`"${name}" is no data centre; there are ${LOCATIONS.join(', ')}`);
    return found;
  });
}
