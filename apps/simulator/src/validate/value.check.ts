import type { ErrorBody } from '../answers/answer.ts';
import { badId, invalidData, tooLong, wrongType } from '../answers/errors.ts';
import { isId } from '../org/id.sequence.ts';
import { formatTime, isDate, parseTime } from '../org/zoho.time.ts';
import type { Checked, CheckInput, CheckScope } from './check.types.ts';
import { checkNumber } from './number.check.ts';
import { isEmail, isPhone, isWebsite } from './patterns.ts';

/** One value against its field's type (reference 9). Gives what is stored; null and empty text become undefined. */
export function checkValue(input: CheckInput, scope: CheckScope): Checked {
  const { field, value } = input;
  if (value === null || value === undefined) return { value: undefined };
  switch (field.type) {
    case 'text':
      return checkText(input, () => true);
    case 'textarea':
      return checkText(input, () => true);
    case 'email':
      return checkText(input, isEmail);
    case 'phone':
      return checkText(input, isPhone);
    case 'website':
      return checkText(input, isWebsite);
    case 'integer':
    case 'double':
    case 'currency':
    case 'percent':
      return checkNumber(input);
    case 'bigint':
      return typeof value === 'string' && /^-?\d+$/.test(value)
        ? limited(input, value.replace('-', ''))
        : failed(wrongType('bigint', input.place));
    case 'boolean':
      return typeof value === 'boolean' ? { value } : failed(wrongType('boolean', input.place));
    case 'date':
      return typeof value === 'string' && isDate(value) ? { value } : failed(wrongType('date', input.place));
    case 'datetime':
      return checkTime(input);
    case 'picklist':
      return checkChoice(input, scope);
    case 'multiselectpicklist':
      return checkChoices(input, scope);
    case 'lookup':
    case 'ownerlookup':
      return checkReference(input, scope);
    default:
      return Array.isArray(value) ? { value } : failed(wrongType('jsonarray', input.place));
  }
}

const failed = (error: ErrorBody): Checked => ({ error });

function limited({ field, value, place }: CheckInput, measured: string): Checked {
  return measured.length > field.length ? failed(tooLong(field.length, place)) : { value };
}

/** Text is trimmed on storage (reference 12, trap 23), so what is read back may differ from what was sent. */
function checkText(input: CheckInput, fits: (text: string) => boolean): Checked {
  const { field, value, place } = input;
  if (typeof value !== 'string') return failed(wrongType(field.type, place));
  const text = value.trim();
  if (text === '') return { value: undefined };
  if (text.length > field.length) return failed(tooLong(field.length, place));
  return fits(text) ? { value: text } : failed(wrongType(field.type, place));
}

function checkTime({ value, place }: CheckInput): Checked {
  const milliseconds = parseTime(value);
  return milliseconds === undefined ? failed(wrongType('datetime', place)) : { value: formatTime(milliseconds) };
}

function checkChoice({ field, value, place }: CheckInput, scope: CheckScope): Checked {
  if (typeof value !== 'string') return failed(wrongType('picklist', place));
  if (value === '' || value === '-None-') return { value: undefined };
  const known = (field.values ?? []).find((entry) => entry.actual === value || entry.display === value);
  if (known !== undefined) return { value: known.actual };
  const strict = scope.newValues === 'reject' || field.apiName === 'Stage' || field.apiName === 'Pipeline';
  if (strict) return failed(invalidData({ ...place }));
  return value.length > field.length ? failed(tooLong(field.length, place)) : { value };
}

function checkChoices(input: CheckInput, scope: CheckScope): Checked {
  if (!Array.isArray(input.value)) return failed(wrongType('jsonarray', input.place));
  const stored: unknown[] = [];
  for (const value of input.value as unknown[]) {
    const checked = checkChoice({ ...input, value }, scope);
    if ('error' in checked) return checked;
    if (checked.value !== undefined) stored.push(checked.value);
  }
  return { value: stored.length === 0 ? undefined : stored };
}

function checkReference({ field, value, place }: CheckInput, scope: CheckScope): Checked {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return failed(wrongType('jsonobject', place));
  const id = 'id' in value ? value.id : undefined;
  const inner = { api_name: 'id', json_path: `${place.json_path}.id` };
  if (!isId(id)) return failed(wrongType('bigint', inner));
  const module = field.type === 'ownerlookup' ? 'users' : (field.lookup ?? '');
  if (!scope.exists(module, id)) return failed(badId(inner));
  return { value: { id } };
}
