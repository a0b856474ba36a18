/** A row that the database has committed. */
export interface CommittedRow {
  readonly id: string;
  readonly key: string;
  /** Place of the row among those of its key, in the order of the commits. */
  readonly sequence: number;
  readonly payload: string;
}

/** A record as a read_committed consumer saw it. */
export interface SeenRow {
  readonly id: string;
  readonly key: string;
  readonly topic: string;
  readonly partition: number;
  readonly payload: string;
}

export interface Observation {
  readonly committed: readonly CommittedRow[];
  /** In the order in which the consumer saw them. */
  readonly seen: readonly SeenRow[];
  /** Ids of rows that were committed and seen before this observation began. */
  readonly settled: ReadonlySet<string>;
}

export interface Counters {
  /** Committed and not seen. */
  readonly lost: number;
  /** Seen once more. */
  readonly doubled: number;
  /** Seen behind a later row of their key, or in another partition than the rows of their key before. */
  readonly misordered: number;
  /** Never committed but seen, or seen with another key or payload. */
  readonly wrong: number;
}

export const COUNTERS = ['lost', 'doubled', 'misordered', 'wrong'] as const satisfies readonly (keyof Counters)[];

export interface Findings extends Counters {
  /** The first few, for a person. */
  readonly examples: readonly string[];
}

const EXAMPLES = 10;

/** Compares what a consumer saw with what was committed: every row exactly once, as it is, in commit order for each key. */
export function checkCampaign({ committed, seen, settled }: Observation): Findings {
  const rows = new Map(committed.map((row) => [row.id, row]));
  const taken = new Set<string>();
  const keys = new Map<string, { place: string; highest: number }>();
  const found = { lost: 0, doubled: 0, misordered: 0, wrong: 0 };
  const examples: string[] = [];
  const count = (kind: keyof typeof found, what: string): void => {
    found[kind] += 1;
    if (examples.length < EXAMPLES) examples.push(`${kind}: ${what}`);
  };
  for (const { id, key, topic, partition, payload } of seen) {
    const row = rows.get(id);
    const place = `${topic}-${partition}`;
    if (row === undefined && settled.has(id)) count('doubled', `${id} of ${key}, from an earlier round`);
    else if (row === undefined) count('wrong', `${id} of ${key} was never committed`);
    else if (taken.has(id)) count('doubled', `${id} of ${key}, number ${row.sequence}`);
    else {
      taken.add(id);
      if (row.key !== key || row.payload !== payload) count('wrong', `${id} of ${key} was changed`);
      const before = keys.get(row.key) ?? { place, highest: 0 };
      if (row.sequence < before.highest)
        count('misordered', `${id} of ${key}, number ${row.sequence} after ${before.highest}`);
      else if (before.place !== place) count('misordered', `${id} of ${key} in ${place}, others in ${before.place}`);
      keys.set(row.key, { place: before.place, highest: Math.max(before.highest, row.sequence) });
    }
  }
  for (const { id, key, sequence } of committed)
    if (!taken.has(id)) count('lost', `${id} of ${key}, number ${sequence}`);
  return { ...found, examples };
}
