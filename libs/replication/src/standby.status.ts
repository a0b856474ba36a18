import type { Lsn } from './lsn.ts';

const LENGTH = 34;
const POSTGRES_EPOCH_MS = 946_684_800_000;

/**
 * A standby status update. `received` is only shown in pg_stat_replication; `confirmed` is what the server may forget, and
 * `NO_LSN` moves nothing. pg-logical-replication's own `acknowledge` adds one to the address it is given, which would
 * confirm a byte that was not stored; so the message is written here.
 */
export function statusUpdate(status: {
  readonly received: Lsn;
  readonly confirmed: Lsn;
  /** Asks the server to answer with a keepalive at once. */
  readonly ping: boolean;
  readonly now: number;
}): Buffer {
  const message = Buffer.allocUnsafe(LENGTH);
  message.writeUInt8(0x72 /* r */, 0);
  message.writeBigUInt64BE(status.received, 1);
  message.writeBigUInt64BE(status.confirmed, 9);
  message.writeBigUInt64BE(status.confirmed, 17);
  message.writeBigInt64BE(BigInt(Math.trunc(status.now) - POSTGRES_EPOCH_MS) * 1000n, 25);
  message.writeUInt8(status.ping ? 1 : 0, 33);
  return message;
}
