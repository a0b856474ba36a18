import type { NextPage } from '#zoho';
import type { Sweep, SweepPlace, SweepRun } from './sweep.types.ts';

/** Before every id. */
const FIRST_ID = '0';
/** Before the CRM existed: everything there is. */
const BEGINNING = new Date('2000-01-01T00:00:00Z');

export interface SweepLimits {
  /** How far a sweep goes back behind what it has seen. */
  readonly overlapMs: number;
}

/** How a run of a module begins: from what was seen, less the overlap; earlier where a gap asks for it. Pure. */
export function beginRun(sweep: Sweep, { overlapMs }: SweepLimits): SweepRun {
  const empty = { phase: 'modified', high: null, next: null, listed: 0, marked: 0, calls: 0 } as const;
  if (sweep.sweptTo === null) return { kind: 'snapshot', since: BEGINNING, ...empty };
  return { kind: 'sweep', since: startOf(sweep, sweep.sweptTo, overlapMs), ...empty };
}

function startOf({ askedSince }: Sweep, seen: Date, overlapMs: number): Date {
  const from = Math.min(seen.getTime(), askedSince?.getTime() ?? Number.POSITIVE_INFINITY);
  return new Date(from - overlapMs);
}

/** The second half of a run: what was deleted since. The first time since the youngest change that was listed. Pure. */
export function beginDeleted(sweep: Sweep, run: SweepRun, { overlapMs }: SweepLimits): SweepRun {
  const since = startOf(sweep, sweep.deletedTo ?? run.high ?? BEGINNING, overlapMs);
  return { ...run, phase: 'deleted', since, high: null, next: null };
}

/** Up to when everything was listed, by the CRM's clock. Where nothing was, nothing is known of its clock. Pure. */
export function sweptTo(run: Pick<SweepRun, 'high'>): Date {
  return run.high ?? BEGINNING;
}

/** One page of the records that changed, oldest first. */
export interface ListedPage {
  /** Epoch milliseconds of each record's change, as far as the CRM says. */
  readonly times: readonly number[];
  readonly next: NextPage | null;
  readonly truncated: boolean;
}

/**
 * Where the listing goes on. Rows move while one pages: a record that changes goes to the end, and all behind it come one place
 * nearer, so that a numbered page would miss one. Therefore the list is asked for anew from the last time that it named, and pages
 * are turned only within one second that fills a page. Null: the end. Pure.
 */
export function nextAfter(
  run: Pick<SweepRun, 'since' | 'next'>,
  page: ListedPage,
): Pick<SweepRun, 'since' | 'next'> | null {
  const last = page.times.at(-1);
  if (page.next === null && !page.truncated) return null;
  if (last !== undefined && wholeSecond(last) > wholeSecond(run.since.getTime())) {
    return { since: new Date(wholeSecond(last)), next: null };
  }
  if (page.next !== null) return { since: run.since, next: page.next };
  // More records of one second than can be paged to: it is gone through by id.
  return { since: new Date(wholeSecond(run.since.getTime())), next: { afterId: FIRST_ID } };
}

/** Where a second that is gone through by id goes on: behind its last record, or with the next second. Pure. */
export function nextInSecond(
  run: Pick<SweepRun, 'since'>,
  page: { readonly lastId: string | null; readonly more: boolean },
): Pick<SweepRun, 'since' | 'next'> {
  if (page.more && page.lastId !== null) return { since: run.since, next: { afterId: page.lastId } };
  return { since: new Date(wholeSecond(run.since.getTime()) + 1000), next: null };
}

/** Whether a run goes through a second by id. Pure. */
export function isBySecond(next: SweepPlace | null): next is { readonly afterId: string } {
  return next !== null && 'afterId' in next;
}

function wholeSecond(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}

/** A record as a sweep lists it, and what is known of it. */
export interface ListedRecord {
  /** Epoch milliseconds of its change or deletion; null where the CRM does not say. */
  readonly changedAt: number | null;
  /** Absent: never read. `modifiedAt` null: it was gone. */
  readonly seen?: { readonly modifiedAt: number | null; readonly readAt: number } | undefined;
}

/**
 * Whether a listed record was read in this version for certain. Times have whole seconds, so a reading in the second of the change, or
 * by a clock that runs ahead, may have seen an earlier edit of the same second: only one that began well after it counts. Pure.
 */
export function isKnown({ changedAt, seen }: ListedRecord, phase: SweepRun['phase'], certainAfterMs: number): boolean {
  if (seen === undefined || changedAt === null) return false;
  if (seen.readAt < changedAt + certainAfterMs) return false;
  return phase === 'deleted' ? seen.modifiedAt === null : seen.modifiedAt !== null && seen.modifiedAt >= changedAt;
}
