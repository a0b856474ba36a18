import { stringify } from 'csv-stringify/sync';
import { errorBody, Refusal } from '../answers/answer.ts';
import type { Org } from '../org/org.ts';
import { referenceOf, type StoredRecord } from '../records/record.model.ts';
import type { Module } from '../schema/module.model.ts';
import { bindColumn, columnValue } from '../api/coql/coql.column.ts';
import { cellText } from './csv.value.ts';

/** Records of one page of a bulk read (reference 4.3). */
export const BULK_PAGE = 200_000;

export type BulkColumn = { readonly name: string; readonly value: (record: StoredRecord) => unknown };

const USER_PARTS: Readonly<Record<string, (user: { readonly name: string; readonly email: string }) => string>> = {
  first_name: ({ name }) => name.split(' ').slice(0, -1).join(' '),
  last_name: ({ name }) => name.split(' ').at(-1) ?? '',
  full_name: ({ name }) => name,
  email: ({ email }) => email,
};

/** The columns that a query names, or every field. @throws Refusal `FIELD_NOT_AVAILABLE` */
export function bulkColumns(
  org: Org,
  given: { readonly module: Module; readonly names: readonly string[] | undefined },
): BulkColumn[] {
  const { module } = given;
  const names =
    given.names ?? [...module.fields.values()].filter((field) => field.type !== 'subform').map((f) => f.apiName);
  return names
    .filter((name) => name !== 'id' && name !== 'Id')
    .map((name) => {
      const [first = '', part] = name.split('.');
      const user = part === undefined ? undefined : USER_PARTS[part];
      if (module.fields.get(first)?.type === 'ownerlookup' && user !== undefined) {
        return { name, value: (record) => userPart(org, { value: record.fields[first], part: user }) };
      }
      try {
        const column = bindColumn(org, { module, name });
        return { name, value: (record) => columnValue(org, { column, record }) };
      } catch {
        const details = { api_name: name, module: module.apiName };
        throw new Refusal(400, errorBody('FIELD_NOT_AVAILABLE', 'The field is not available.', details));
      }
    });
}

function userPart(
  org: Org,
  given: {
    readonly value: unknown;
    readonly part: (user: { readonly name: string; readonly email: string }) => string;
  },
): string {
  const user = org.users.get(referenceOf(given.value)?.id ?? '');
  return user === undefined ? '' : given.part(user);
}

/** The file of a bulk read: the id first, then the columns in their order. */
export function bulkText(columns: readonly BulkColumn[], records: readonly StoredRecord[]): string {
  const rows = records.map((record) => [record.id, ...columns.map((column) => cellText(column.value(record)))]);
  return stringify([['Id', ...columns.map((column) => column.name)], ...rows]);
}
