import type { Json } from '#contracts';
import { COQL_ROWS, selectBehind, type ZohoCalls } from '#zoho';
import { CrmUnread } from '../crm.reading.ts';

/** The calls with which records are found that nobody asked for. */
export type ListReader = Pick<ZohoCalls, 'coql' | 'findByField'>;

/**
 * The names of ours that records of a module carry, two hundred in a call, in their order.
 * @throws CrmUnread when a call fails
 */
export async function namesInCrm(
  crm: ListReader,
  { module, field }: { readonly module: string; readonly field: string },
): Promise<{ readonly names: Map<string, string>; readonly calls: number }> {
  const names = new Map<string, string>();
  let calls = 0;
  for (let behind: string | number | null = null; ;) {
    const result = await crm.coql(selectBehind({ module, fields: [], field, behind }));
    calls += 1;
    if (result.kind !== 'ok') throw new CrmUnread(result);
    for (const row of result.rows) {
      const name = nameIn(row[field]);
      if (name !== null && typeof row['id'] === 'string') names.set(String(name), row['id']);
    }
    const last: string | number | null = nameIn(result.rows.at(-1)?.[field]);
    // A page that ends where it began would come again and again.
    if (result.rows.length < COQL_ROWS || last === null || last === behind) return { names, calls };
    behind = last;
  }
}

function nameIn(value: Json | undefined): string | number | null {
  return typeof value === 'string' || typeof value === 'number' ? value : null;
}

export interface SameMail {
  readonly id: string;
  readonly mail: string;
}

/** Records that carry no name of ours and the e-mail of one that does: they may stand for the same person. @throws CrmUnread */
export async function sameMail(
  crm: ListReader,
  given: { readonly module: string; readonly field: string; readonly mails: readonly string[] },
): Promise<{ readonly records: readonly SameMail[]; readonly calls: number }> {
  const { module, field, mails } = given;
  const values = [...new Set(mails)];
  if (values.length === 0) return { records: [], calls: 0 };
  const result = await crm.findByField(module, { field: 'Email', values, fields: ['Email', field] });
  if (result.kind !== 'ok') throw new CrmUnread(result);
  const records = result.records.flatMap((record) => {
    const { id, Email: mail } = record;
    return nameIn(record[field]) === null && typeof mail === 'string' ? [{ id, mail }] : [];
  });
  return { records, calls: Math.ceil(values.length / 50) };
}
