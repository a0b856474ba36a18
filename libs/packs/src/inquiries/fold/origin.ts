import type { FoldEvent } from '#mapping';
import type { AgencyTools } from './agency.fold.ts';

/**
 * Whether the product says this value because this very connection told it so (specification, section 7, "Loop guards"). `names`: what the
 * payload calls it; a part of an object goes by the object's name as well.
 */
export function cameFromHere(
  { origin }: Pick<FoldEvent<unknown>, 'origin'>,
  { connectionId }: Pick<AgencyTools, 'connectionId'>,
  name: string,
): boolean {
  if (origin === undefined || connectionId === null || origin.connectionId !== connectionId) return false;
  const [whole = name] = name.split('.');
  return origin.fields === null || origin.fields.includes(name) || origin.fields.includes(whole);
}
