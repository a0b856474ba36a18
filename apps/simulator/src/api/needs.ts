import type { ScopeNeed, ScopeOperation } from '../oauth/scopes.ts';

type Params = Readonly<Record<string, string>>;

/** Scopes for the records of the module in the path. */
export const onModule =
  (...operations: ScopeOperation[]) =>
  (params: Params): ScopeNeed[] => [{ area: 'modules', name: (params['module'] ?? '').toLowerCase(), operations }];

/** Notes of a record need the notes' scope beside the module's (reference 1.7). */
export const onRelated =
  (...operations: ScopeOperation[]) =>
  (params: Params): ScopeNeed[] => [
    { area: 'modules', name: (params['module'] ?? '').toLowerCase(), operations: ['READ', ...operations] },
    { area: 'modules', name: (params['related'] ?? 'notes').toLowerCase(), operations },
  ];

export const onArea = (area: string, operations: readonly ScopeOperation[], name?: string) => (): ScopeNeed[] => [
  { area, operations, ...(name === undefined ? {} : { name }) },
];
