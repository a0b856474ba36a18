import { CausewayError } from '#contracts';
import { applySetUp, checkSetUp, listConnections, type SetUpApplied, type SetUpStep } from '#connections';
import { loadPack } from '#packs';
import type { Failure } from '#zoho';
import { withClients, type CrmTarget } from './crm.access.ts';

/** Whose CRM gets the fields of which pack. */
export interface FieldsQuery {
  readonly pack: string;
  /** Left out: the connection of the pack's product, or the only one there is. */
  readonly connection?: string | undefined;
}

/** What a plan found, or what an application did and what is left. */
export interface FieldsReport {
  readonly pack: string;
  readonly connection: string;
  readonly done: readonly SetUpStep[];
  readonly differences: readonly SetUpStep[];
}

export type FieldsResult = { readonly kind: 'ok'; readonly report: FieldsReport } | Failure;

/** What differs between the CRM and what a pack declares, with what would be done about it. Changes nothing. */
export function planFields(target: CrmTarget, query: FieldsQuery): Promise<FieldsResult> {
  return withFields(target, query, async (client, wanted) => {
    const result = await checkSetUp(client, wanted);
    return result.kind === 'ok' ? { ...result, done: [] } : result;
  });
}

/** Creates fields, picklist values and pipelines that are missing, and says what a person has to do. */
export function applyFields(target: CrmTarget, query: FieldsQuery): Promise<FieldsResult> {
  return withFields(target, query, applySetUp);
}

type SetUpWork = (...given: Parameters<typeof applySetUp>) => Promise<SetUpApplied>;

async function withFields(target: CrmTarget, query: FieldsQuery, work: SetUpWork): Promise<FieldsResult> {
  const { product, mapping } = await loadPack(query.pack);
  return withClients(target, async ({ db, clients }) => {
    const connections = await listConnections(db, mapping.destination);
    const [only] = connections.length === 1 ? connections : [];
    const found =
      query.connection === undefined
        ? (connections.find(({ tenantId }) => tenantId === product) ?? only)
        : connections.find(({ id }) => id === query.connection);
    if (found === undefined) {
      const details = { connection: query.connection ?? null, product };
      throw new CausewayError('CONNECTION_MISSING', { details });
    }
    const result = await work(await clients.clientOf(found.id), mapping);
    if (result.kind !== 'ok') return result;
    const { done, differences } = result;
    return { kind: 'ok', report: { pack: mapping.name, connection: found.id, done, differences } };
  });
}
