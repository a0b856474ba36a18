import { CRM_SOURCE } from '#contracts';

/**
 * A row of the integration database that belongs to a product's own topic: an entry of a mapping's schedule that became due. Its
 * aggregate type is `<product>.<aggregate type>`; names of the CRM's modules have no dot. Null for every other row.
 */
export function scheduledProduct(sourceName: string, aggregateType: string): { product: string; type: string } | null {
  const dot = sourceName === CRM_SOURCE ? aggregateType.indexOf('.') : -1;
  return dot < 1 ? null : { product: aggregateType.slice(0, dot), type: aggregateType.slice(dot + 1) };
}
