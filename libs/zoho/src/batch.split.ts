/** Most records in one write call (reference 2.1). */
export const MAX_RECORDS = 100;
/** Zoho documents no size limit of a request's body; this stays far below what gateways commonly refuse. */
export const DEFAULT_MAX_BYTES = 1_000_000;
/** Room for what stands around the records: `trigger`, `duplicate_check_fields`, brackets. */
const ENVELOPE_BYTES = 1_000;

export interface BatchLimits {
  readonly maxRecords: number;
  readonly maxBytes: number;
}

/**
 * Cuts a batch into consecutive parts that fit into one call each, in order. A record that alone is larger than a call
 * may be is a part of its own with `tooLarge`.
 */
export function splitBatch<T>(
  records: readonly T[],
  limits: BatchLimits,
): { readonly records: readonly T[]; readonly tooLarge: boolean }[] {
  const room = limits.maxBytes - ENVELOPE_BYTES;
  const parts: { records: T[]; bytes: number; tooLarge: boolean }[] = [];
  for (const record of records) {
    const bytes = Buffer.byteLength(JSON.stringify(record)) + 1;
    const last = parts.at(-1);
    const fits =
      last !== undefined &&
      !last.tooLarge &&
      bytes <= room &&
      last.records.length < limits.maxRecords &&
      last.bytes + bytes <= room;
    if (fits) {
      last.records.push(record);
      last.bytes += bytes;
    } else parts.push({ records: [record], bytes, tooLarge: bytes > room });
  }
  return parts.map(({ records, tooLarge }) => ({ records, tooLarge }));
}
