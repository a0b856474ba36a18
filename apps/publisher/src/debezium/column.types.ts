import type { ColumnType } from '#replication';
import type { DebeziumOptions } from '#config';
import { javaBigDecimal, javaDouble, javaFloat } from './java.text.ts';
import { epochMicros, isoInstant, isoTimeUtc, microsOfTime } from './java.time.ts';

/** How the values of one column look behind Debezium's connector and Kafka's StringConverter. */
export interface ColumnReader {
  /** Connect's type, as far as the router asks for it. */
  readonly type: 'string' | 'int32' | 'bytes' | 'other';
  /** What `toString()` of the value says, in UTF-8. */
  readonly text: (value: Buffer) => Buffer;
  /** The text is the value as the stream gives it. */
  readonly verbatim?: true;
  /** The same of a binary value that is given as its bytes. */
  readonly textOfBytes?: (bytes: Buffer) => Buffer;
  /** The bytes of a binary column. */
  readonly raw?: (value: Buffer) => Buffer;
  /** Milliseconds since 1970, of a timestamp without a time zone. */
  readonly epochMs?: (value: Buffer) => number | null;
}

type Modes = Pick<DebeziumOptions, 'binary.handling.mode' | 'decimal.handling.mode' | 'time.precision.mode'>;

const same = (value: Buffer): Buffer => value;
/** What the connector sends as text and as it is: texts, JSON, UUIDs, addresses, ranges. */
const TEXTS: ReadonlySet<number> = new Set([
  18, 19, 25, 114, 142, 650, 829, 774, 869, 1042, 1043, 2950, 3614, 3802, 3904, 3906, 3908, 3910, 3912, 3926,
]);
/** Types of extensions and of the database itself: enums, citext and ltree are texts; others look like one. */
const FIRST_OWN_OID = 16_384;

const BOOL = { t: Buffer.from('true'), f: Buffer.from('false') } as const;

/** Null for a type that has no text of Debezium's that could be made here; the word says why. */
export function readerOf(column: ColumnType, modes: Modes): ColumnReader | { readonly problem: string } {
  const { oid } = column;
  if (TEXTS.has(oid) || oid >= FIRST_OWN_OID) return { type: 'string', text: same, verbatim: true };
  switch (oid) {
    case 16 /* bool */:
      return { type: 'other', text: (value) => (value[0] === 0x74 ? BOOL.t : BOOL.f) };
    case 17 /* bytea */:
      return binaryReader(modes['binary.handling.mode']);
    case 23 /* int4 */:
      return { type: 'int32', text: same, verbatim: true };
    case 20 /* int8 */:
    case 21 /* int2 */:
    case 26 /* oid */:
      return { type: 'other', text: same, verbatim: true };
    case 700 /* float4 */:
      return ofText(javaFloat);
    case 701 /* float8 */:
      return ofText((text) => javaDouble(Number(text)));
    case 1700 /* numeric */:
      return numericReader(column.modifier, modes['decimal.handling.mode']);
    default:
      return (
        timeReader(column, modes['time.precision.mode']) ?? { problem: `of a type (oid ${oid}) that is not known` }
      );
  }
}

function ofText(render: (text: string) => string): ColumnReader {
  return { type: 'other', text: (value) => Buffer.from(render(value.toString('latin1'))) };
}

function binaryReader(mode: Modes['binary.handling.mode']): ColumnReader {
  const raw = (value: Buffer): Buffer => Buffer.from(value.toString('latin1', 2), 'hex');
  const textOfBytes = (bytes: Buffer): Buffer => Buffer.from(renderBytes(bytes, mode));
  const text = (value: Buffer): Buffer => textOfBytes(raw(value));
  return mode === 'bytes' ? { type: 'bytes', raw, textOfBytes, text } : { type: 'string', textOfBytes, text };
}

function renderBytes(bytes: Buffer, mode: Modes['binary.handling.mode']): string {
  switch (mode) {
    case 'bytes':
      // A ByteBuffer has no better text. Whoever wants the bytes sets another converter.
      return `java.nio.HeapByteBuffer[pos=0 lim=${bytes.length} cap=${bytes.length}]`;
    case 'hex':
      return bytes.toString('hex');
    case 'base64':
      return bytes.toString('base64');
    case 'base64-url-safe':
      return padded(bytes.toString('base64url'));
  }
}

/** Java pads this alphabet too. */
function padded(base64: string): string {
  return base64.padEnd(Math.ceil(base64.length / 4) * 4, '=');
}

function numericReader(
  modifier: number,
  mode: Modes['decimal.handling.mode'],
): ColumnReader | { readonly problem: string } {
  if (mode === 'string') return { type: 'string', text: same, verbatim: true };
  if (mode === 'double') return ofText((text) => javaDouble(Number(text)));
  // Its text holds the address of a Java object, another one for each row.
  if (modifier < 0) return { problem: 'numeric without precision and scale; set decimal.handling.mode to string' };
  return ofText(javaBigDecimal);
}

const DEFAULT_PRECISION = 6;

function timeReader({ oid, modifier }: ColumnType, mode: Modes['time.precision.mode']): ColumnReader | undefined {
  const precision = modifier < 0 ? DEFAULT_PRECISION : modifier;
  const micros = (render: (micros: bigint) => string) => (text: string) => {
    const instant = epochMicros(text);
    return instant === null ? text : render(instant);
  };
  switch (oid) {
    case 1082 /* date */:
      return ofText(micros((instant) => String(instant / 86_400_000_000n)));
    case 1083 /* time */:
      return ofText((text) => inUnit(microsOfTime(text), unitOf(mode, { precision, clock: true })));
    case 1114 /* timestamp */:
      return {
        ...ofText(micros((instant) => inUnit(instant, unitOf(mode, { precision, clock: false })))),
        epochMs: (value) => {
          const instant = epochMicros(value.toString('latin1'));
          return instant === null ? null : Number(instant / 1000n);
        },
      };
    case 1184 /* timestamptz */:
      return { ...ofText(micros((instant) => isoInstant(instant, precision))), type: 'string' };
    case 1266 /* timetz */:
      return { ...ofText(isoTimeUtc), type: 'string' };
    default:
      return undefined;
  }
}

type Unit = 'ms' | 'us' | 'ns';

/** Adaptive means: no finer than the column is. */
function unitOf(
  mode: Modes['time.precision.mode'],
  { precision, clock }: { readonly precision: number; readonly clock: boolean },
): Unit {
  if (mode === 'nanoseconds') return 'ns';
  if (mode === 'microseconds' || (clock && mode === 'adaptive_time_microseconds')) return 'us';
  return precision <= 3 ? 'ms' : 'us';
}

function inUnit(micros: bigint, unit: Unit): string {
  if (unit === 'ns') return String(micros * 1000n);
  return String(unit === 'us' ? micros : micros / 1000n);
}
