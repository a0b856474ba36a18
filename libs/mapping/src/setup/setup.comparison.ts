import { labelOf, type ActualField, type ActualSetUp, type SetUp, type SetUpField } from './setup.types.ts';

/** How a field of the CRM differs from what a pack needs. */
export interface SetUpDifference {
  readonly module: string;
  readonly apiName: string;
  readonly label: string;
  readonly difference: 'missing' | 'other_type' | 'shorter' | 'not_unique' | 'must_not_be_unique' | 'values_missing';
  /** What the pack needs, and what is there, in words of the CRM. */
  readonly wanted: string;
  readonly actual: string | null;
  /** True when the connection must not write before it is put right; missing values are simply added. */
  readonly stops: boolean;
}

/**
 * What is to be put right before the first write (packs/README.md section 8). API names compare exactly; a longer
 * field, more values or an additional unique mark are no difference, but for an `Email` marked unique: people share
 * mailboxes.
 */
export function compareSetUp(setup: SetUp, actual: ActualSetUp): SetUpDifference[] {
  return Object.entries(setup).flatMap(([module, fields]) => {
    const there = new Map((actual[module] ?? []).map((field) => [field.apiName, field]));
    const own = fields.flatMap((field) => differences(field, there.get(field.apiName)));
    return [...own, ...uniqueEmail(there.get('Email'))].map((difference) => ({ module, ...difference }));
  });
}

type FieldDifference = Omit<SetUpDifference, 'module'>;

function differences(field: SetUpField, there: ActualField | undefined): FieldDifference[] {
  const about = { apiName: field.apiName, label: labelOf(field), stops: true };
  const { type, length, values = [], unique } = field;
  if (there === undefined) return [{ ...about, difference: 'missing', wanted: type, actual: null }];
  if (there.type !== type) return [{ ...about, difference: 'other_type', wanted: type, actual: there.type }];
  const found: FieldDifference[] = [];
  if (length !== undefined && there.length !== null && there.length < length) {
    found.push({ ...about, difference: 'shorter', wanted: String(length), actual: String(there.length) });
  }
  if (unique === true && !there.unique) {
    found.push({ ...about, difference: 'not_unique', wanted: 'unique', actual: 'not unique' });
  }
  const missing = values.filter((value) => !there.values.includes(value));
  if (missing.length > 0) {
    const actualValues = there.values.join(', ');
    found.push({
      ...about,
      difference: 'values_missing',
      wanted: missing.join(', '),
      actual: actualValues,
      stops: false,
    });
  }
  return found;
}

function uniqueEmail(field: ActualField | undefined): FieldDifference[] {
  if (field?.unique !== true) return [];
  const about = { apiName: 'Email', label: 'Email', stops: true };
  return [{ ...about, difference: 'must_not_be_unique', wanted: 'not unique', actual: 'unique' }];
}
