import { creditsOf } from '#zoho';

/** What a workload asks of the CRM at least. */
export interface Workload {
  readonly conversions: number;
  readonly notes: number;
  readonly tasks: number;
  /** Records that are written at all. */
  readonly records: number;
  /** Writes that are left when all that may merge has: one that stands behind a note, a task or a conversion of its record may not. */
  readonly writes: number;
}

export interface CreditFloor {
  /** If each record were written once, with its last values. */
  readonly unordered: number;
  /** With the order that each record's commands are promised. */
  readonly ordered: number;
}

/** Most records that a read by id takes (reference 2.5). */
const A_READ = 100;

/** The fewest credits that a workload can cost, if every call were full and every command there from the start. Pure. */
export function creditFloor({ conversions, notes, tasks, records, writes }: Workload): CreditFloor {
  const effects =
    conversions * creditsOf({ kind: 'convert', records: 1 }) +
    // A look at each Contact that a conversion made.
    Math.ceil(conversions / A_READ) * creditsOf({ kind: 'get', records: A_READ }) +
    full('notes_create', notes) +
    full('insert', tasks);
  return { unordered: effects + full('upsert', records), ordered: effects + full('upsert', writes) };
}

/** The price of so many records in full calls. */
function full(kind: 'notes_create' | 'insert' | 'upsert', records: number): number {
  return records === 0 ? 0 : creditsOf({ kind, records });
}
