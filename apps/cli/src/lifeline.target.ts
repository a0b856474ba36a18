import type { Kysely } from 'kysely';
import { builtInPacks } from '#packs';
import { findEntities, type LifelineEntity, type OwnMapping } from '#operations';
import type { IntegrationDatabase } from '#postgres';
import { engineTarget } from './engine.target.ts';
import { WrongUse } from './exit.codes.ts';

/** The mappings that came along and those that are set (CAUSEWAY_PACKS), with their products. */
export async function knownMappings(): Promise<OwnMapping[]> {
  const { mappings } = await engineTarget();
  const all = [...Object.values(builtInPacks).map(({ mapping }) => mapping), ...mappings];
  return [...new Map(all.map(({ name, product }) => [name, { name, product }])).values()];
}

/**
 * Whose lifeline two words name; undefined for nobody's.
 * @throws WrongUse where several tenants have something of this name.
 */
export async function oneEntity(
  db: Kysely<IntegrationDatabase>,
  [first, second]: readonly [string, string],
  { mappings, tenant }: { readonly mappings: readonly OwnMapping[]; readonly tenant: string | undefined },
): Promise<LifelineEntity | undefined> {
  const tenantId = tenant === undefined ? {} : { tenantId: tenant };
  const found = await findEntities(db, { first, second, mappings, ...tenantId });
  if (found.length <= 1) return found[0];
  const names = found.map((each) => `${each.product} ${each.entityId} --tenant ${each.tenantId}`);
  throw new WrongUse(`${first} ${second} is more than one; say which: ${names.join('; ')}`);
}
