import { CausewayError, type JsonObject } from '#contracts';
import { refusedSettings, type Mapping } from '#mapping';

export interface SettingsOfTenant {
  readonly tenantId: string;
  readonly settings: JsonObject;
}

/** Those that a tenant's connection serves: a tenant with the name of a product is that product's own; any other may use all of them. */
export function servedBy<M extends Pick<Mapping, 'product'>>(tenantId: string, mappings: readonly M[]): readonly M[] {
  const own = mappings.filter(({ product }) => product === tenantId);
  return own.length > 0 ? own : mappings;
}

/**
 * Asks every mapping that a connection would serve whether it can be saved with its settings.
 * @throws CausewayError `CONNECTION_SETTINGS_REFUSED` that names what each of them refuses
 */
export function requireSettings({ tenantId, settings }: SettingsOfTenant, mappings: readonly Mapping[]): void {
  const refused = servedBy(tenantId, mappings).flatMap((mapping) =>
    refusedSettings(mapping, settings).map((why) => `${mapping.name}: ${why}`),
  );
  if (refused.length > 0)
    throw new CausewayError('CONNECTION_SETTINGS_REFUSED', { details: { settings: refused.join('; ') } });
}
