import { rotateKey, type PlaceRotation } from '#connections';
import { withClients, type CrmTarget } from './crm.access.ts';

export interface KeyRotation {
  /** Id of the key that everything is sealed under now. */
  readonly keyId: string;
  readonly places: readonly PlaceRotation[];
}

/** Seals every stored secret anew under the target's own key (libs/connections, `rotateKey`). */
export function rotateSecretKey(
  target: CrmTarget,
  options: { readonly batch?: number; readonly dryRun?: boolean } = {},
): Promise<KeyRotation> {
  return withClients(target, async ({ db, box }) => ({
    keyId: box.keyId,
    places: await rotateKey(db, { box, ...options }),
  }));
}
