import type { Module } from '../../schema/module.model.ts';

/** What a watch call needs to know of the world around it. */
export interface WatchScope {
  readonly now: number;
  readonly moduleBy: (given: { readonly api_name?: unknown; readonly id?: unknown }) => Module | undefined;
}
