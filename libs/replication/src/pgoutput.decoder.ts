import type { Lsn } from './lsn.ts';
import { readRow, type Relation, type Row } from './row.ts';

/** What the stream says, in its order. Called inside the socket's event: no waiting here. */
export interface FrameSink {
  begin(transaction: { readonly commitLsn: Lsn; readonly commitTime: number }): void;
  insert(row: Row): void;
  commit(endLsn: Lsn): void;
  /** Everything that committed before `walEnd` was sent before this. */
  keepalive(keepalive: { readonly walEnd: Lsn; readonly replyRequested: boolean }): void;
  /** A logical message (`pg_logical_emit_message`); sent only if asked for. */
  message?(message: { readonly transactional: boolean; readonly prefix: string; readonly content: Buffer }): void;
}

/** Microseconds from 1970 to 2000-01-01, where Postgres's clock starts. */
const POSTGRES_EPOCH_US = 946_684_800_000_000n;
const XLOG_DATA = 0x77;
const KEEPALIVE = 0x6b;
/** Kind, start of WAL, end of WAL, server's clock. */
const XLOG_DATA_HEADER = 25;

/**
 * Reads the frames of a replication copy stream with pgoutput's protocol version 1, as far as an outbox needs them.
 * Formats: PostgreSQL manual, "Streaming Replication Protocol" and "Logical Replication Message Formats".
 * Rows are not copied: they point into the buffer that they came in.
 */
export class PgoutputDecoder {
  readonly #relations = new Map<number, Relation>();
  readonly #sink: FrameSink;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /**
   * Reads one frame: a part of a buffer that nobody will write to.
   * @throws RangeError when it is none that the protocol knows: the stream cannot be trusted from there on.
   */
  decode(buffer: Buffer, start = 0, end = buffer.length): void {
    const kind = buffer.readUInt8(start);
    if (kind === XLOG_DATA) this.#decodeMessage(buffer, start + XLOG_DATA_HEADER, end);
    else if (kind === KEEPALIVE) {
      this.#sink.keepalive({
        walEnd: buffer.readBigUInt64BE(start + 1),
        replyRequested: buffer.readUInt8(start + 17) === 1,
      });
    } else throw new RangeError(`unknown frame ${kind}`);
  }

  #decodeMessage(buffer: Buffer, start: number, end: number): void {
    const at = start + 1;
    switch (buffer.readUInt8(start)) {
      case 0x49 /* I: insert */:
        return this.#sink.insert(this.#readInsert(buffer, at, end));
      case 0x42 /* B: begin */:
        return this.#sink.begin({ commitLsn: buffer.readBigUInt64BE(at), commitTime: readTime(buffer, at + 8) });
      case 0x43 /* C: commit, flags first, then its own address, then its end */:
        return this.#sink.commit(buffer.readBigUInt64BE(at + 9));
      case 0x52 /* R: relation */: {
        const relation = readRelation(buffer, at);
        this.#relations.set(relation.id, relation);
        return undefined;
      }
      case 0x4d /* M: logical message */:
        return this.#sink.message?.(readMessage(buffer, at));
      case 0x4f /* O: origin */:
      case 0x59 /* Y: type */:
      case 0x55 /* U: update */:
      case 0x44 /* D: delete */:
      case 0x54 /* T: truncate */:
        // Only inserts into the outbox are events; a publication that sends more does no harm.
        return undefined;
      default:
        throw new RangeError(`unknown message ${buffer.readUInt8(start)}`);
    }
  }

  #readInsert(buffer: Buffer, at: number, end: number): Row {
    const relation = this.#relations.get(buffer.readUInt32BE(at));
    if (relation === undefined) throw new RangeError('a row of a relation that was not described');
    // The relation's id and the mark of a new tuple stand before.
    return readRow(relation, { frame: buffer, offset: at + 5, end });
  }
}

function readTime(frame: Buffer, at: number): number {
  return Number((frame.readBigInt64BE(at) + POSTGRES_EPOCH_US) / 1000n);
}

function readText(frame: Buffer, at: number): { readonly text: string; readonly next: number } {
  const end = frame.indexOf(0, at);
  if (end === -1) throw new RangeError('a text without its end');
  return { text: frame.toString('utf8', at, end), next: end + 1 };
}

function readRelation(frame: Buffer, at: number): Relation {
  const schema = readText(frame, at + 4);
  const table = readText(frame, schema.next);
  const columns: string[] = [];
  // The replica identity stands before the count.
  const count = frame.readUInt16BE(table.next + 1);
  let next = table.next + 3;
  for (let column = 0; column < count; column += 1) {
    const name = readText(frame, next + 1);
    columns.push(name.text);
    // Type and its modifier follow the name.
    next = name.next + 8;
  }
  return { id: frame.readUInt32BE(at), schema: schema.text, table: table.text, columns };
}

function readMessage(frame: Buffer, at: number): { transactional: boolean; prefix: string; content: Buffer } {
  const prefix = readText(frame, at + 9);
  const length = frame.readUInt32BE(prefix.next);
  const content = Buffer.from(frame.subarray(prefix.next + 4, prefix.next + 4 + length));
  return { transactional: (frame.readUInt8(at) & 1) === 1, prefix: prefix.text, content };
}
