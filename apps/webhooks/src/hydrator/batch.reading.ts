import type { Failure } from '#zoho';
import { readRecords, type ReadRecords, type RecordReader } from './record.read.ts';
import { readWhole, type ReturnReader, type WholeReading } from './return.reading.ts';
import type { ReturningLink } from './return.mapping.ts';

/** The calls that the hydrator makes. */
export type BatchReader = RecordReader & ReturnReader;

/** All that the CRM says of the records of a batch. */
export type BatchReading = ReadRecords & WholeReading;

/** Reads a batch: the listed fields, who deleted what is gone, rows of subforms, and who carries the identity of what was merged. */
export async function readBatch(
  client: BatchReader,
  given: Parameters<typeof readRecords>[1] & { readonly returning: readonly ReturningLink[] },
): Promise<BatchReading | Failure> {
  const listed = await readRecords(client, given);
  if (listed.kind !== 'ok') return listed;
  const { batch, returning } = given;
  const whole = await readWhole(client, { module: batch.module, records: listed.records, returning });
  return whole.kind === 'ok' ? { ...listed, ...whole } : whole;
}
