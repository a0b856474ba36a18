import { badId, invalidData, mandatoryMissing, place, wrongType } from '../answers/errors.ts';
import { isId } from '../org/id.sequence.ts';
import { referenceOf, type Fields } from '../records/record.model.ts';
import type { Checked, CheckInput, RecordScope } from './check.types.ts';

const NUMBERS = new Set(['Quantity', 'List_Price', 'Discount', 'Total', 'Tax', 'Net_Total', 'Sequence_Number']);
const OTHERS = new Set(['id', 'Product_Name', 'Description', 'Line_Tax', 'Discount', 'Price_Book_Name']);

/** The lines of a quote: each names a product that is there, amounts are numbers; rows get ids (reference 3.3). */
export function checkRows({ value, place: where }: CheckInput, scope: RecordScope): Checked {
  if (!Array.isArray(value)) return { error: wrongType('jsonarray', where) };
  const rows: Fields[] = [];
  for (const [at, row] of (value as unknown[]).entries()) {
    const path = `${where.json_path}[${at}]`;
    const checked = checkRow({ row, path, name: where.api_name }, scope);
    if ('error' in checked) return checked;
    rows.push(checked.value as Fields);
  }
  return { value: rows.length === 0 ? undefined : rows };
}

function checkRow(
  given: { readonly row: unknown; readonly path: string; readonly name: string },
  scope: RecordScope,
): Checked {
  const { row, path } = given;
  if (typeof row !== 'object' || row === null || Array.isArray(row)) {
    return { error: wrongType('jsonobject', { api_name: given.name, json_path: path }) };
  }
  const fields = row as Fields;
  if ('_delete' in fields) {
    return isId(fields['id'])
      ? { value: { id: fields['id'], _delete: null } }
      : { error: mandatoryMissing(place('id', path)) };
  }
  const product = referenceOf(fields['Product_Name'])?.id;
  if (product === undefined) return { error: mandatoryMissing(place('Product_Name', path)) };
  if (!isId(product) || !scope.exists('Products', product)) return { error: badId({ ...place('Product_Name', path) }) };
  const stored: Fields = { id: isId(fields['id']) ? fields['id'] : scope.newId(), Product_Name: { id: product } };
  for (const [name, value] of Object.entries(fields)) {
    if (name === 'Product_Name' || name === 'id' || name.startsWith('$')) continue;
    if (NUMBERS.has(name) && typeof value !== 'number') return { error: wrongType('double', place(name, path)) };
    if (NUMBERS.has(name) || OTHERS.has(name)) stored[name] = value;
    else if (scope.unknownFields === 'reject') return { error: invalidData({ ...place(name, path) }) };
  }
  return { value: stored };
}
