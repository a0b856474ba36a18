import type { ProducerRecord } from '#kafka';
import { waitUntilFree } from '../slot/slot.adopt.ts';
import { withSource } from '../slot/source.client.ts';
import type { SourceTarget } from '../slot/source.target.ts';
import { encodeAgain } from './outbox.record.ts';
import { countRows, fixTextOutput, readRows, type Window } from './outbox.rows.ts';
import { openOutboxTable, refuseUnlessEncoded } from './outbox.table.ts';
import { openResendProducer } from './resend.producer.ts';

export interface ResendOptions extends Window {
  /** Also while a publisher streams: then old events may come after newer ones of their key. */
  readonly besidePublisher: boolean;
  readonly onProgress?: (progress: ResendResult) => void;
}

export interface ResendResult {
  /** Rows of the window. */
  readonly rows: number;
  /** Stored in Kafka again. */
  readonly sent: number;
  /** Rows that no record can be made of. */
  readonly refused: readonly { readonly id: string; readonly reason: string }[];
}

/**
 * How many rows of the window are still in the outbox.
 * @throws CausewayError `OUTBOX_NOT_RESENDABLE` for a layout that only the publisher encodes, or without a column of time
 */
export async function countWindow(target: SourceTarget, window: Window): Promise<number> {
  refuseUnlessEncoded(target);
  return withSource(target, async (client) => {
    await fixTextOutput(client);
    return countRows(client, await openOutboxTable(client, target), window);
  });
}

/**
 * Produces the outbox rows of a window to Kafka again: same id, key, headers, payload and partition, in the order they were
 * written, with the header `causeway_resent`. Consumers that keep an inbox drop what they have. One snapshot of the table; each
 * batch is a Kafka transaction, so after a failure it can simply be run again.
 * @throws CausewayError `SLOT_IN_USE` while a publisher reads the slot, unless that is wanted; `OUTBOX_NOT_RESENDABLE` as
 * `countWindow`
 */
export async function resendWindow(target: SourceTarget, options: ResendOptions): Promise<ResendResult> {
  refuseUnlessEncoded(target);
  if (!options.besidePublisher) await waitUntilFree(target);
  return withSource(target, async (client) => {
    await fixTextOutput(client);
    await client.query('begin isolation level repeatable read read only');
    const table = await openOutboxTable(client, target);
    const rows = await countRows(client, table, options);
    await using producer = await openResendProducer(target);
    let sent = 0;
    const refused: ResendResult['refused'][number][] = [];
    for await (const batch of readRows(client, table, options)) {
      const records: ProducerRecord[] = [];
      for (const row of batch) {
        const encoded = await encodeAgain(row, { target, findTopic: producer.findTopic });
        if ('reason' in encoded) refused.push({ id: row.id.toString(), reason: encoded.reason });
        else records.push(encoded.record);
      }
      await producer.send(records);
      sent += records.length;
      options.onProgress?.({ rows, sent, refused });
    }
    return { rows, sent, refused };
  });
}
