import fc from 'fast-check';
import { beginDeleted, beginRun, isKnown, nextAfter, nextInSecond, sweptTo } from './sweep.policy.ts';
import type { Sweep, SweepRun } from './sweep.types.ts';

const T0 = Date.parse('2026-03-01T10:00:00Z');
const at = (seconds: number): Date => new Date(T0 + seconds * 1000);
const overlapMs = 300_000;
const sweep = (seed: Partial<Sweep> = {}): Sweep => ({
  connectionId: 'c1',
  module: 'Leads',
  sweptTo: at(0),
  deletedTo: at(-10),
  askedSince: null,
  run: null,
  ...seed,
});

describe('where a run begins', () => {
  it('at the beginning of all things, the first time', () => {
    expect(beginRun(sweep({ sweptTo: null }), { overlapMs })).toMatchObject({ kind: 'snapshot', phase: 'modified' });
    expect(beginRun(sweep({ sweptTo: null }), { overlapMs }).since.getUTCFullYear()).toBe(2000);
  });

  it.each<[string, Date | null, Date]>([
    ['nothing is asked for', null, at(-300)],
    ['a gap began before', at(-1000), at(-1300)],
    ['a gap began after', at(1000), at(-300)],
  ])('at what was seen less the overlap when %s', (_what, askedSince, since) => {
    expect(beginRun(sweep({ askedSince }), { overlapMs })).toMatchObject({ kind: 'sweep', since, next: null });
  });

  it('with the deletions since the last ones, or since the youngest change that a snapshot saw', () => {
    const run = { ...beginRun(sweep(), { overlapMs }), high: at(50), listed: 7 };
    expect(beginDeleted(sweep(), run, { overlapMs })).toMatchObject({ phase: 'deleted', since: at(-310), listed: 7 });
    expect(beginDeleted(sweep({ deletedTo: null }), run, { overlapMs }).since).toEqual(at(-250));
    expect(beginDeleted(sweep({ deletedTo: null }), { ...run, high: null }, { overlapMs }).since.getUTCFullYear()).toBe(
      1999,
    );
  });

  it('at the beginning again where nothing was there: the clock of the CRM is not known', () => {
    expect(sweptTo({ high: at(5) })).toEqual(at(5));
    expect(sweptTo({ high: null }).getUTCFullYear()).toBe(2000);
  });
});

describe('nextAfter', () => {
  const run = { since: at(0), next: null };
  it.each<[string, Parameters<typeof nextAfter>[1], ReturnType<typeof nextAfter>]>([
    ['ends where there is no more', { times: [T0 + 5000], next: null, truncated: false }, null],
    ['ends on an empty page', { times: [], next: null, truncated: false }, null],
    [
      'asks anew from the last time, since rows move',
      { times: [T0, T0 + 5400], next: { page: 2 }, truncated: false },
      { since: at(5), next: null },
    ],
    [
      'turns the page within one second',
      { times: [T0 + 100, T0 + 900], next: { page: 2 }, truncated: false },
      { since: at(0), next: { page: 2 } },
    ],
    [
      'turns by token where there is one',
      { times: [T0, T0], next: { pageToken: 't' }, truncated: false },
      { since: at(0), next: { pageToken: 't' } },
    ],
    [
      'asks anew where it cannot be paged any further',
      { times: [T0, T0 + 9000], next: null, truncated: true },
      { since: at(9), next: null },
    ],
    [
      'goes by id through a second that cannot be paged to its end',
      { times: [T0, T0], next: null, truncated: true },
      { since: at(0), next: { afterId: '0' } },
    ],
  ])('%s', (_what, page, expected) => {
    expect(nextAfter(run, page)).toEqual(expected);
  });

  it.each([
    ['goes on behind the last id', { lastId: '7', more: true }, { since: at(0), next: { afterId: '7' } }],
    ['goes on with the next second', { lastId: '7', more: false }, { since: at(1), next: null }],
    ['goes on with the next second where nothing was left', { lastId: null, more: true }, { since: at(1), next: null }],
  ])('by id %s', (_what, page, expected) => {
    expect(nextInSecond({ since: at(0) }, page)).toEqual(expected);
  });

  it('misses no record, however records change while it pages', () => {
    const pageSize = 5;
    const change = fc.record({ record: fc.nat(19), pages: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        // Twenty records, one a second; each change happens in a second of its own.
        const times = new Map(Array.from({ length: 20 }, (_, record) => [record, T0 + record * 1000]));
        let now = T0 + 60_000;
        const listed = new Map<number, number>();
        let place: Pick<SweepRun, 'since' | 'next'> | null = { since: at(-1), next: null };
        let askedAt = now;
        const waiting = [...changes];
        for (let calls = 0; place !== null; calls += 1) {
          const { since, next }: Pick<SweepRun, 'since' | 'next'> = place;
          const pageNumber = next !== null && 'page' in next ? next.page : 1;
          const rows = [...times].filter(([, time]) => time >= since.getTime()).sort((a, b) => a[1] - b[1]);
          const shown = rows.slice((pageNumber - 1) * pageSize, pageNumber * pageSize);
          askedAt = now;
          for (const [record, time] of shown) listed.set(record, time);
          const more = rows.length > pageNumber * pageSize;
          place = nextAfter(place, {
            times: shown.map(([, time]) => time),
            next: more ? { page: pageNumber + 1 } : null,
            truncated: false,
          });
          for (let turn = waiting.shift(); turn !== undefined; turn = waiting.shift()) {
            times.set(turn.record, (now += 1000));
            if (turn.pages > 0) break;
          }
          expect(calls).toBeLessThan(200);
        }
        for (const [record, time] of times) {
          if (time <= askedAt) expect([record, listed.get(record)]).toEqual([record, time]);
        }
      }),
    );
  });
});

describe('isKnown', () => {
  const certain = 60_000;
  it.each<[string, Parameters<typeof isKnown>[0] & { phase: SweepRun['phase'] }, boolean]>([
    ['was never read', { changedAt: T0, phase: 'modified' }, false],
    ['has no time', { changedAt: null, seen: { modifiedAt: T0, readAt: T0 + 99_000 }, phase: 'modified' }, false],
    [
      'was read well after the change',
      { changedAt: T0, seen: { modifiedAt: T0, readAt: T0 + 60_000 }, phase: 'modified' },
      true,
    ],
    [
      'was read right after it',
      { changedAt: T0, seen: { modifiedAt: T0, readAt: T0 + 59_000 }, phase: 'modified' },
      false,
    ],
    [
      'was read in an older version',
      { changedAt: T0, seen: { modifiedAt: T0 - 1000, readAt: T0 + 99_000 }, phase: 'modified' },
      false,
    ],
    ['was gone', { changedAt: T0, seen: { modifiedAt: null, readAt: T0 + 99_000 }, phase: 'modified' }, false],
    ['was gone when read', { changedAt: T0, seen: { modifiedAt: null, readAt: T0 + 99_000 }, phase: 'deleted' }, true],
    ['was there when read', { changedAt: T0, seen: { modifiedAt: T0, readAt: T0 + 99_000 }, phase: 'deleted' }, false],
  ])('a record that %s', (_what, { phase, ...listed }, known) => {
    expect(isKnown(listed, phase, certain)).toBe(known);
  });
});
