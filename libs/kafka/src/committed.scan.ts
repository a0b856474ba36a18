/** What of a fetched record batch is looked at; `@platformatic/kafka` gives it in this form. */
export interface ScannedBatch {
  readonly attributes: number;
  readonly producerId: bigint;
  /** Of its first record, milliseconds since 1970. */
  readonly firstTimestamp?: bigint;
  readonly records: readonly { readonly key: Buffer | null | undefined; readonly value: Buffer | null | undefined }[];
}

const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
const COMMIT = 1;

/**
 * The newest value of a key that was committed, in batches read in order up to the high watermark, committed or not.
 *
 * Reading read_committed would end at the last stable offset, which any other open transaction in the partition holds back:
 * another publisher that hangs would hide our own newest position, and rows would come twice. So the markers are read here.
 * The key's writer has been fenced before, so each of its transactions has its marker already.
 */
export function newestCommitted(batches: Iterable<ScannedBatch>, key: Buffer): Buffer | undefined {
  const undecided = new Map<bigint, Buffer>();
  let newest: Buffer | undefined;
  for (const { attributes, producerId, records } of batches) {
    if ((attributes & CONTROL) !== 0) {
      // A marker's key is its version and its type, 16 bits each.
      const committed = records[0]?.key?.readInt16BE(2) === COMMIT;
      if (committed) newest = undecided.get(producerId) ?? newest;
      undecided.delete(producerId);
      continue;
    }
    for (const record of records) {
      if (!record.key?.equals(key) || !record.value) continue;
      if ((attributes & TRANSACTIONAL) === 0) newest = record.value;
      else undecided.set(producerId, record.value);
    }
  }
  return newest;
}
