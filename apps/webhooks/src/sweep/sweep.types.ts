import type { NextPage } from '#zoho';

/** Where a run goes on: a page of a list, or in a second that no list can be paged through, behind an id. */
export type SweepPlace = NextPage | { readonly afterId: string };

/** A run under way: all that the next call needs, stored after each page, so that a killed process loses one call. */
export interface SweepRun {
  /** The first run reads everything, later ones what changed since. */
  readonly kind: 'snapshot' | 'sweep';
  readonly phase: 'modified' | 'deleted';
  /** By the CRM's clock: from here on the list is asked for. */
  readonly since: Date;
  /** The youngest change that was listed; null: none yet. */
  readonly high: Date | null;
  /** Null: the first page. */
  readonly next: SweepPlace | null;
  readonly listed: number;
  readonly marked: number;
  readonly calls: number;
}

/** What a module of a connection has been read of. */
export interface Sweep {
  readonly connectionId: string;
  readonly module: string;
  readonly sweptTo: Date | null;
  readonly deletedTo: Date | null;
  /** A gap asks for a sweep from here on, by our clock. */
  readonly askedSince: Date | null;
  readonly run: SweepRun | null;
}
