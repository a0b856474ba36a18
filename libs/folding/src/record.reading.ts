import { CausewayError, decodeEvent, isCausewayError, type CausewayEvent, type ErrorCode } from '#contracts';
import type { Mapping } from '#mapping';
import type { EventRecord } from './event.record.ts';
import { isOfProduct } from './fold.step.ts';

/** A record that is an event of the mapping's product, or why it is none. */
export type Reading =
  | { readonly record: EventRecord; readonly event: CausewayEvent; readonly code?: undefined }
  | {
      readonly record: EventRecord;
      readonly event: CausewayEvent | null;
      readonly code: ErrorCode;
      readonly field: string | null;
    };

/** Decodes one record. Whatever it holds, the answer is a value: one bad record must not stop its partition. */
export function readRecord(record: EventRecord, mapping: Pick<Mapping, 'product'>): Reading {
  try {
    const event = decodeEvent(record);
    if (isOfProduct(event, mapping)) return { record, event };
    return { record, event, code: 'EVENT_UNMAPPED', field: 'source' };
  } catch (error) {
    if (!isCausewayError(error)) throw error;
    return { record, event: null, code: error.code, field: fieldOf(error) };
  }
}

function fieldOf(error: CausewayError): string | null {
  return typeof error.details['field'] === 'string' ? error.details['field'] : null;
}
