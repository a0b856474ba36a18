import fc from 'fast-check';
import { checkCampaign, type CommittedRow, type Observation, type SeenRow } from './campaign.checker.ts';
import { SeededRandom } from './seeded.random.ts';

const KEYS = 4;

/** Rows of four keys by turns. */
const rows = (count: number): CommittedRow[] =>
  Array.from({ length: count }, (_, n) => ({
    id: `id-${n}`,
    key: `k${n % KEYS}`,
    sequence: Math.floor(n / KEYS) + 1,
    payload: `{"n": ${n}}`,
  }));

const asSeen = ({ id, key, payload }: CommittedRow): SeenRow => ({
  id,
  key,
  topic: 'order',
  partition: Number(key.slice(1)) % 3,
  payload,
});

const check = (committed: readonly CommittedRow[], seen: readonly SeenRow[], settled: readonly string[] = []) => {
  const { lost, doubled, misordered, wrong } = checkCampaign({ committed, seen, settled: new Set(settled) });
  return { lost, doubled, misordered, wrong };
};

const CLEAN = { lost: 0, doubled: 0, misordered: 0, wrong: 0 };
const committed = rows(40);
const seen = committed.map(asSeen);
const at = (index: number): SeenRow => seen[index] ?? asSeen({ id: '', key: '', sequence: 0, payload: '' });

describe('the checker of campaigns', () => {
  const faults: [what: string, seen: SeenRow[], finding: Partial<typeof CLEAN>][] = [
    ['nothing where all is well', seen, {}],
    ['a lost row', seen.toSpliced(7, 1), { lost: 1 }],
    ['the lost end of the stream', seen.slice(0, 30), { lost: 10 }],
    ['a doubled row, next to itself', seen.toSpliced(7, 0, at(7)), { doubled: 1 }],
    ['a batch that came twice', [...seen.slice(0, 20), ...seen.slice(10)], { doubled: 10 }],
    ['two rows of a key that are swapped', seen.with(8, at(12)).with(12, at(8)), { misordered: 1 }],
    ['a row of a key in another partition', seen.with(8, { ...at(8), partition: 2 }), { misordered: 1 }],
    ['a rolled-back row', seen.toSpliced(9, 0, { ...at(9), id: 'rolled back' }), { wrong: 1 }],
    ['a changed payload', seen.with(3, { ...at(3), payload: '{"n": 0}' }), { wrong: 1 }],
    ['a changed key', seen.with(3, { ...at(3), key: 'k0' }), { wrong: 1 }],
  ];
  it.each(faults)('finds %s', (_what, given, finding) => {
    expect(check(committed, given)).toEqual({ ...CLEAN, ...finding });
  });

  it('finds a row of an earlier round that came once more', () => {
    const old = { ...at(0), id: 'old' };
    expect(check(committed, [old, ...seen], ['old'])).toEqual({ ...CLEAN, doubled: 1 });
  });

  it('names what it found, and not all of it', () => {
    const observation: Observation = { committed, seen: [], settled: new Set() };
    const { lost, examples } = checkCampaign(observation);
    expect(lost).toBe(40);
    expect(examples).toHaveLength(10);
    expect(examples[0]).toBe('lost: id-0 of k0, number 1');
  });

  it('does not mind how rows of different keys are mixed', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const random = new SeededRandom(seed);
        const queues = Array.from({ length: KEYS }, (_, key) => seen.filter((row) => row.key === `k${key}`));
        const mixed: SeenRow[] = [];
        while (mixed.length < seen.length) mixed.push(...random.pick(queues).splice(0, 1));
        expect(check(committed, mixed)).toEqual(CLEAN);
      }),
    );
  });

  it('finds every swap of two rows of a key', () => {
    fc.assert(
      fc.property(fc.nat({ max: 38 }), fc.nat({ max: 38 }), (a, b) => {
        const [first, second] = [Math.min(a, b), Math.max(a, b)];
        fc.pre(first !== second && first % KEYS === second % KEYS);
        expect(check(committed, seen.with(first, at(second)).with(second, at(first))).misordered).toBeGreaterThan(0);
      }),
    );
  });
});
