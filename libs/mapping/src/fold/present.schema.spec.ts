import { z } from 'zod';
import { choice } from '../values/choice.value.ts';
import { id } from '../values/id.value.ts';
import { text } from '../values/text.value.ts';
import { settleUnusable } from './parsed.data.ts';
import { optional, required } from './payload.schema.ts';
import { listed, present, presentObject, requiredObject } from './present.schema.ts';

const person = z.object({ id: required(id()), name: optional(text) });
const schema = z.object({
  name: present(text),
  status: listed(choice(['open', 'closed'])),
  contact: presentObject(person),
  creator: requiredObject(person),
});
const whole = { name: 'Ana', status: 'open', contact: { id: '1', name: 'x' }, creator: { id: '2', name: null } };

/** What the fold sees and the problems, or where it was set aside and why. */
function read(change: object, absent: readonly string[] = []): unknown {
  const input = Object.fromEntries(Object.entries({ ...whole, ...change }).filter(([key]) => !absent.includes(key)));
  const parsed = schema.safeParse(input);
  if (!parsed.success) return parsed.error.issues.map(({ path, message }) => `${message} ${path.join('.')}`);
  const problems = settleUnusable(parsed.data).map(({ code, field }) => `${code} ${field}`);
  return { data: parsed.data, problems };
}

describe('values whose key must be there', () => {
  it.each<[string, object, object, string[]]>([
    ['all there', {}, {}, []],
    ['null is empty', { name: null, contact: null }, { name: null, contact: null }, []],
    ['blank is empty', { name: ' \t', contact: '' }, { name: null, contact: null }, []],
    ['what cannot be used', { name: 7, contact: 'x' }, {}, ['invalid_value name', 'invalid_value contact']],
    ['a value that is not listed', { status: 'asleep' }, {}, ['unknown_value status']],
  ])('%s', (...[, change, expected, problems]) => {
    const result = read(change) as { data: object; problems: string[] };
    expect(result.problems).toEqual(problems);
    const gone = problems.map((line) => line.split(' ')[1] ?? '');
    const kept = Object.fromEntries(Object.entries(whole).filter(([key]) => !gone.includes(key)));
    expect(result.data).toEqual({ ...kept, ...expected });
  });

  it.each<[string, object, string[], string[]]>([
    ['an absent key', {}, ['name'], ['missing_value name']],
    ['an absent object', {}, ['contact'], ['missing_value contact']],
    ['an absent choice', {}, ['status'], ['missing_value status']],
    ['an empty choice', { status: '' }, [], ['missing_value status']],
    ['a choice that is no text', { status: 3 }, [], ['invalid_value status']],
    ['what an object requires', { contact: { name: 'x' } }, [], ['missing_value contact.id']],
    ['what an object requires and cannot be used', { creator: { id: 7 } }, [], ['invalid_value creator.id']],
    ['a required object that is none', { creator: [] }, [], ['invalid_value creator']],
    ['a required object that is empty', { creator: null }, [], ['missing_value creator']],
  ])('sets aside: %s', (...[, change, absent, said]) => {
    expect(read(change, absent)).toEqual(said);
  });
});
