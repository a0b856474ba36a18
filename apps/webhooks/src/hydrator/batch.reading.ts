import type { ConvertedLead, Failure } from '#zoho';
import { readConversions, type ConversionReader } from './lead.conversions.ts';
import { readRecords, type ReadRecords, type RecordReader } from './record.read.ts';
import { readWhole, type ReturnReader, type WholeReading } from './return.reading.ts';
import type { ReturningLink } from './return.mapping.ts';

/** The calls that the hydrator makes. */
export type BatchReader = RecordReader & ReturnReader & ConversionReader;

/** All that the CRM says of the records of a batch. */
export type BatchReading = ReadRecords &
  WholeReading & {
    /** Leads that are not there because they were converted. */
    readonly converted: ReadonlyMap<string, ConvertedLead>;
  };

/** Reads a batch: the listed fields, who deleted what is gone, rows of subforms, and who carries the identity of what was merged. */
export async function readBatch(
  client: BatchReader,
  given: Parameters<typeof readRecords>[1] & { readonly returning: readonly ReturningLink[] },
): Promise<BatchReading | Failure> {
  const listed = await readRecords(client, given);
  if (listed.kind !== 'ok') return listed;
  const { batch, returning } = given;
  const { records, deleted } = listed;
  const missing = batch.records.map(({ recordId }) => recordId).filter((id) => !records.has(id) && !deleted.has(id));
  const converted = await readConversions(client, { module: batch.module, missing });
  if (!(converted instanceof Map)) return converted;
  // Nobody carries the identity of what lives on in another module.
  const here = returning.filter(({ link }) => !converted.has(link.recordId));
  const whole = await readWhole(client, { module: batch.module, records, returning: here });
  return whole.kind === 'ok' ? { ...listed, ...whole, converted } : whole;
}
