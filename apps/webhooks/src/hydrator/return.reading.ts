import type { Failure, ZohoCalls, ZohoRecord } from '#zoho';
import type { ReturningLink } from './return.mapping.ts';

/** The calls that it takes to see a record whole. */
export type ReturnReader = Pick<ZohoCalls, 'getById' | 'findByField'>;

/** What was read of the records of a batch, by the id that they are known by. */
export interface WholeReading {
  readonly kind: 'ok';
  readonly records: ReadonlyMap<string, ZohoRecord>;
  /** Records that are gone, and another one carries their identity: people merged them. */
  readonly moved: ReadonlyMap<string, ZohoRecord>;
}

/**
 * Reads what a list does not tell: rows of subforms, one call a record; and of records that are not there which one carries their identity
 * now, by COQL, never by search (packs/README.md section 6).
 */
export async function readWhole(
  client: ReturnReader,
  given: {
    readonly module: string;
    readonly records: ReadonlyMap<string, ZohoRecord>;
    readonly returning: readonly ReturningLink[];
  },
): Promise<WholeReading | Failure> {
  const { module, returning } = given;
  const records = new Map(given.records);
  for (const { link, module: says } of returning) {
    const record = records.get(link.recordId);
    const { subforms = [] } = says;
    if (record === undefined || subforms.length === 0) continue;
    const whole = await client.getById(module, { id: link.recordId });
    if (whole.kind !== 'ok') return whole;
    if (whole.record === null) records.delete(link.recordId);
    else records.set(link.recordId, { ...record, ...rowsOf(whole.record, subforms) });
  }
  const moved = await readMoved(
    client,
    module,
    returning.filter(({ link }) => !records.has(link.recordId)),
  );
  return moved instanceof Map ? { kind: 'ok', records, moved } : moved;
}

function rowsOf(record: ZohoRecord, subforms: readonly string[]) {
  return Object.fromEntries(subforms.map((name) => [name, record[name] ?? null]));
}

async function readMoved(
  client: ReturnReader,
  module: string,
  missing: readonly ReturningLink[],
): Promise<Map<string, ZohoRecord> | Failure> {
  const moved = new Map<string, ZohoRecord>();
  for (const { link, identity, module: says } of missing) {
    const { subforms = [] } = says;
    const fields = [...says.reads.filter((name) => !subforms.includes(name)), 'Modified_Time', 'Modified_By'];
    const found = await client.findByField(module, { field: identity.field, values: [identity.value], fields });
    if (found.kind !== 'ok') return found;
    const survivor = found.records.find(({ id }) => id !== link.recordId);
    if (survivor !== undefined) moved.set(link.recordId, survivor);
  }
  return moved;
}
