/** A table as a Relation message describes it; columns are found by name, since their order is the table's history. */
export interface Relation {
  readonly id: number;
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly string[];
  /** In the order of `columns`. */
  readonly types?: readonly ColumnType[];
}

/** Postgres's type of a column: its oid, and the modifier that holds lengths and scales (-1 for none). */
export interface ColumnType {
  readonly oid: number;
  readonly modifier: number;
}

const NULL = -1;
/** A large value that an update left as it was: the server does not send it again. */
const UNCHANGED = -2;

/** A row as it was written: the columns point into the buffer that it came in. Values are Postgres's text output. */
export class Row {
  readonly relation: Relation;
  /** What the bounds are of. */
  readonly frame: Buffer;
  /** Start and end of each column within the frame; `NULL` or `UNCHANGED` as the start of what is not there. */
  readonly #bounds: readonly number[];

  constructor(relation: Relation, tuple: { readonly frame: Buffer; readonly bounds: readonly number[] }) {
    this.relation = relation;
    this.frame = tuple.frame;
    this.#bounds = tuple.bounds;
  }

  /** The column's bytes, not copied: they live as long as somebody holds them. Null for SQL null and for a column there is not. */
  bytes(column: number): Buffer | null {
    const start = this.#bounds[2 * column];
    const end = this.#bounds[2 * column + 1];
    return start === undefined || end === undefined || start < 0 ? null : this.frame.subarray(start, end);
  }

  /** True for a value that an update left out because it stayed as it was; never in an inserted row. */
  isUnchanged(column: number): boolean {
    return this.#bounds[2 * column] === UNCHANGED;
  }

  /** Where the column begins in the frame; negative for SQL null and for a column there is not. */
  start(column: number): number {
    return this.#bounds[2 * column] ?? NULL;
  }

  /** Where it ends; negative the same way. */
  end(column: number): number {
    return this.#bounds[2 * column + 1] ?? NULL;
  }

  text(column: number): string | null {
    return this.bytes(column)?.toString('utf8') ?? null;
  }
}

/**
 * Reads TupleData at `offset` of a buffer that nobody will overwrite; it may reach to `end`.
 * @throws RangeError on a column format that was not asked for, or a frame that ends early.
 */
export function readRow(
  relation: Relation,
  source: { readonly frame: Buffer; readonly offset: number; readonly end?: number },
): Row {
  const { frame, offset, end = frame.length } = source;
  const count = frame.readUInt16BE(offset);
  const bounds: number[] = [];
  bounds.length = 2 * count;
  let at = offset + 2;
  for (let column = 0; column < count; column += 1) {
    const format = frame.readUInt8(at);
    at += 1;
    if (format === 0x6e /* n: null */) {
      bounds[2 * column] = NULL;
      bounds[2 * column + 1] = NULL;
    } else if (format === 0x75 /* u: unchanged, never in an insert */) {
      bounds[2 * column] = UNCHANGED;
      bounds[2 * column + 1] = UNCHANGED;
    } else if (format === 0x74 /* t: text */) {
      const start = at + 4;
      at = start + frame.readUInt32BE(at);
      bounds[2 * column] = start;
      bounds[2 * column + 1] = at;
    } else {
      throw new RangeError(`column format ${String.fromCodePoint(format)} was not asked for`);
    }
  }
  if (at > end) throw new RangeError('the row ends early');
  return new Row(relation, { frame, bounds });
}
