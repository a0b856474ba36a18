export type ScopeOperation = 'READ' | 'CREATE' | 'UPDATE' | 'DELETE';

/** What a call needs: one scope for each entry. */
export interface ScopeNeed {
  /** `ZohoCRM` unless said otherwise. */
  readonly service?: string;
  /** `modules`, `settings`, `coql`, `notifications`, `users`, `org`. */
  readonly area: string;
  /** Within the area: a module in lower case, `fields`. */
  readonly name?: string;
  /** Operations of which one is enough. */
  readonly operations: readonly ScopeOperation[];
}

/** All that the product uses (reference 1.7); what the start's refresh token carries. */
export const ALL_SCOPES: readonly string[] = [
  'ZohoCRM.modules.ALL',
  'ZohoCRM.modules.notes.ALL',
  'ZohoCRM.settings.ALL',
  'ZohoCRM.coql.READ',
  'ZohoCRM.bulk.ALL',
  'ZohoCRM.notifications.ALL',
  'ZohoCRM.users.READ',
  'ZohoCRM.org.READ',
  'ZohoFiles.files.ALL',
  'ZohoSearch.securesearch.READ',
];

export function scopeList(text: string): string[] {
  return text
    .split(',')
    .map((scope) => scope.trim())
    .filter((scope) => scope !== '');
}

/** Whether the granted scopes cover every need. `ALL` covers each operation, `WRITE` making and changing. */
export function covers(granted: readonly string[], needs: readonly ScopeNeed[]): boolean {
  return needs.every((need) => needed(need).some((scope) => granted.includes(scope)));
}

function needed(need: ScopeNeed): string[] {
  const operations = new Set<string>(['ALL', ...need.operations]);
  if (need.operations.some((operation) => operation === 'CREATE' || operation === 'UPDATE')) operations.add('WRITE');
  // Notes want a scope of their own beside the one for all modules (reference 1.7).
  const area = `${need.service ?? 'ZohoCRM'}.${need.area}`;
  const areas = need.name === 'notes' ? [] : [area];
  if (need.name !== undefined) areas.push(`${area}.${need.name}`);
  return areas.flatMap((area) => [...operations].map((operation) => `${area}.${operation}`));
}
