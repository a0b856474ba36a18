/**
 * A log sequence number: a byte address in the write-ahead log, 64 bits. Postgres writes it as two hexadecimal halves
 * (`16/B374D848`); the low half is not padded, so the text neither sorts nor joins: compare numbers only.
 */
export type Lsn = bigint;

/** What Postgres calls an invalid LSN: in a status update it keeps the link alive and moves nothing. */
export const NO_LSN: Lsn = 0n;

const FORM = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i;

/** @throws RangeError when the text is no LSN. */
export function parseLsn(text: string): Lsn {
  const [, high, low] = FORM.exec(text) ?? [];
  if (high === undefined || low === undefined) throw new RangeError(`no LSN: ${JSON.stringify(text)}`);
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

/** As Postgres writes it: upper-case hexadecimal, halves not padded. */
export function formatLsn(lsn: Lsn): string {
  return `${(lsn >> 32n).toString(16)}/${(lsn & 0xffff_ffffn).toString(16)}`.toUpperCase();
}

export function maxLsn(a: Lsn, b: Lsn): Lsn {
  return a > b ? a : b;
}
