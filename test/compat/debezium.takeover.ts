import type { CaseResult, GroupOptions } from './case.group.ts';

export interface Takeover {
  readonly name: string;
  run(options: Omit<GroupOptions, 'cases'>): Promise<CaseResult>;
}

export const TAKEOVERS: readonly Takeover[] = [];
