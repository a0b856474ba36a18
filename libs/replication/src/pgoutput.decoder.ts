import type { Lsn } from './lsn.ts';
import { readRow, type ColumnType, type Relation, type Row } from './row.ts';

/** What the stream says, in its order. Called inside the socket's event: no waiting here. */
export interface FrameSink {
  begin(transaction: { readonly commitLsn: Lsn; readonly commitTime: number }): void;
  insert(row: Row): void;
  commit(endLsn: Lsn): void;
  /** Everything that committed before `walEnd` was sent before this. */
  keepalive(keepalive: { readonly walEnd: Lsn; readonly replyRequested: boolean }): void;
  /** A logical message (`pg_logical_emit_message`); sent only if asked for. */
  message?(message: LogicalMessage): void;
  /** A row was changed, if the publication publishes updates. */
  update?(change: RowUpdate): void;
}

/** An update, as far as it matters to whoever reads inserts. */
export interface RowUpdate {
  readonly relation: Relation;
  /** The new row when the update changed the replica identity, the primary key unless declared otherwise; else undefined. */
  readonly rekeyed: Row | undefined;
  /** The old key then: a row in which only the key's columns are not null. */
  readonly oldKey: Row | undefined;
}

export interface LogicalMessage {
  /** False: it was sent at once, outside of any transaction, and stays whatever becomes of the one that wrote it. */
  readonly transactional: boolean;
  /** Where it stands in the WAL: everything that committed before was sent before it, unless it is transactional. */
  readonly lsn: Lsn;
  readonly prefix: string;
  readonly content: Buffer;
}

/** Microseconds from 1970 to 2000-01-01, where Postgres's clock starts. */
const POSTGRES_EPOCH_US = 946_684_800_000_000n;
const XLOG_DATA = 0x77;
const KEEPALIVE = 0x6b;
/** Kind, start of WAL, end of WAL, server's clock. */
const XLOG_DATA_HEADER = 25;
/** Of a row's message behind its kind: the relation's id, then what tuple follows, then the tuple. */
const KIND_OFFSET = 4;
const TUPLE_OFFSET = 5;

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
      case 0x55 /* U: update */:
        return this.#sink.update?.(this.#readUpdate(buffer, at, end));
      case 0x4f /* O: origin */:
      case 0x59 /* Y: type */:
      case 0x44 /* D: delete */:
      case 0x54 /* T: truncate */:
        // Only what is inserted into the outbox is an event; a publication that sends more does no harm.
        return undefined;
      default:
        throw new RangeError(`unknown message ${buffer.readUInt8(start)}`);
    }
  }

  #readInsert(buffer: Buffer, at: number, end: number): Row {
    return readRow(this.#relationOf(buffer.readUInt32BE(at)), { frame: buffer, offset: at + TUPLE_OFFSET, end });
  }

  #readUpdate(buffer: Buffer, at: number, end: number): RowUpdate {
    const relation = this.#relationOf(buffer.readUInt32BE(at));
    // The old key comes first when it changed; with a whole old row nothing says which of its columns are the key.
    if (buffer.readUInt8(at + KIND_OFFSET) !== 0x4b /* K */) return { relation, rekeyed: undefined, oldKey: undefined };
    const offset = tupleEnd(buffer, at + TUPLE_OFFSET) + 1;
    const oldKey = readRow(relation, { frame: buffer, offset: at + TUPLE_OFFSET, end });
    return { relation, rekeyed: readRow(relation, { frame: buffer, offset, end }), oldKey };
  }

  #relationOf(id: number): Relation {
    const relation = this.#relations.get(id);
    if (relation === undefined) throw new RangeError('a row of a relation that was not described');
    return relation;
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
  const types: ColumnType[] = [];
  // The replica identity stands before the count.
  const count = frame.readUInt16BE(table.next + 1);
  let next = table.next + 3;
  for (let column = 0; column < count; column += 1) {
    const name = readText(frame, next + 1);
    columns.push(name.text);
    types.push({ oid: frame.readUInt32BE(name.next), modifier: frame.readInt32BE(name.next + 4) });
    next = name.next + 8;
  }
  return { id: frame.readUInt32BE(at), schema: schema.text, table: table.text, columns, types };
}

/** Where TupleData ends. */
function tupleEnd(frame: Buffer, offset: number): number {
  let at = offset + 2;
  for (let column = frame.readUInt16BE(offset); column > 0; column -= 1) {
    at += frame.readUInt8(at) === 0x74 /* t: text */ ? 5 + frame.readUInt32BE(at + 1) : 1;
  }
  return at;
}

function readMessage(frame: Buffer, at: number): LogicalMessage {
  const prefix = readText(frame, at + 9);
  const length = frame.readUInt32BE(prefix.next);
  const content = Buffer.from(frame.subarray(prefix.next + 4, prefix.next + 4 + length));
  const transactional = (frame.readUInt8(at) & 1) === 1;
  return { transactional, lsn: frame.readBigUInt64BE(at + 1), prefix: prefix.text, content };
}
