import fc from 'fast-check';
import { IdSequence } from '../org/id.sequence.ts';
import { makeField } from '../schema/field.maker.ts';
import type { FieldSpec } from '../schema/field.model.ts';
import { cutDecimals } from './number.check.ts';
import { isEmail, isPhone, isWebsite } from './patterns.ts';
import type { CheckScope } from './check.types.ts';
import { checkValue } from './value.check.ts';

const scope: CheckScope = { exists: (module, id) => module === 'Accounts' && id === '7', newValues: 'reject' };
const where = { api_name: 'F', json_path: '$.data[0].F' };

const check = (spec: Omit<FieldSpec, 'apiName'>, value: unknown): unknown => {
  const field = makeField({ apiName: 'F', ...spec }, new IdSequence());
  const checked = checkValue({ field, value, place: where }, scope);
  return 'error' in checked ? checked.error.details : { stored: checked.value };
};
const stored = (value: unknown) => ({ stored: value });
const expects = (expected_data_type: string) => ({ expected_data_type, ...where });
const longest = (maximum_length: number) => ({ maximum_length, ...where });

describe('values by type', () => {
  it.each<[spec: Omit<FieldSpec, 'apiName'>, value: unknown, outcome: unknown]>([
    [{ type: 'text', length: 5 }, 'abcde', stored('abcde')],
    [{ type: 'text', length: 5 }, '  ab ', stored('ab')],
    [{ type: 'text', length: 5 }, 'abcdef', longest(5)],
    [{ type: 'text' }, '   ', stored(undefined)],
    [{ type: 'text' }, 5, expects('text')],
    [{ type: 'text' }, null, stored(undefined)],
    [{ type: 'textarea', length: 2000 }, 'x'.repeat(2001), longest(2000)],
    [{ type: 'email' }, 'a@example.test', stored('a@example.test')],
    [{ type: 'email' }, 'no-at-sign', expects('email')],
    [{ type: 'email' }, `${'a'.repeat(90)}@example.test`, longest(100)],
    [{ type: 'phone' }, '+34 (600) 111-222', stored('+34 (600) 111-222')],
    [{ type: 'phone' }, '555;1', expects('phone')],
    [{ type: 'phone' }, '1'.repeat(31), longest(30)],
    [{ type: 'website' }, 'https://example.test/x', stored('https://example.test/x')],
    [{ type: 'website' }, 'not a site', expects('website')],
    [{ type: 'integer' }, 999_999_999, stored(999_999_999)],
    [{ type: 'integer' }, 1_000_000_000, longest(9)],
    [{ type: 'integer' }, 1.5, expects('integer')],
    [{ type: 'integer' }, '1', expects('integer')],
    [{ type: 'bigint' }, '123456789012345678', stored('123456789012345678')],
    [{ type: 'bigint' }, '1234567890123456789', longest(18)],
    [{ type: 'bigint' }, 5, expects('bigint')],
    [{ type: 'currency', decimals: 2 }, 83.339, stored(83.33)],
    [{ type: 'currency' }, '83.33', expects('double')],
    [{ type: 'double', decimals: 3 }, 1.2345, stored(1.234)],
    [{ type: 'percent' }, 100_000, longest(5)],
    [{ type: 'boolean' }, true, stored(true)],
    [{ type: 'boolean' }, 'true', expects('boolean')],
    [{ type: 'date' }, '2024-02-29', stored('2024-02-29')],
    [{ type: 'date' }, '2023-02-29', expects('date')],
    [{ type: 'datetime' }, '2026-03-01T10:00:00+00:00', stored('2026-03-01T11:00:00+01:00')],
    [{ type: 'datetime' }, '2026-03-01T10:00:00Z', expects('datetime')],
    [{ type: 'datetime' }, '2026-03-01T10:00:00.000+00:00', expects('datetime')],
    [{ type: 'picklist', values: ['A', ['Shown', 'Stored']] }, 'A', stored('A')],
    [{ type: 'picklist', values: ['A', ['Shown', 'Stored']] }, 'Shown', stored('Stored')],
    [{ type: 'picklist', values: ['A'] }, 'B', where],
    [{ type: 'picklist', values: ['A'] }, '-None-', stored(undefined)],
    [{ type: 'multiselectpicklist', values: ['A', 'B'] }, ['A', 'B'], stored(['A', 'B'])],
    [{ type: 'multiselectpicklist', values: ['A'] }, 'A', expects('jsonarray')],
    [{ type: 'lookup', lookup: 'Accounts' }, { id: '7' }, stored({ id: '7' })],
    [{ type: 'lookup', lookup: 'Accounts' }, { id: '8' }, { api_name: 'id', json_path: '$.data[0].F.id' }],
    [{ type: 'lookup', lookup: 'Accounts' }, '7', expects('jsonobject')],
  ])('%j takes %j', (spec, value, outcome) => {
    expect(check(spec, value)).toEqual(outcome);
  });

  it('never throws, whatever the value', () => {
    const types = fc.constantFrom<FieldSpec['type']>(
      'text',
      'email',
      'phone',
      'website',
      'integer',
      'bigint',
      'currency',
      'boolean',
      'date',
      'datetime',
      'picklist',
      'lookup',
      'ownerlookup',
      'subform',
    );
    fc.assert(fc.property(types, fc.jsonValue(), (type, value) => check({ type, values: ['A'] }, value) !== undefined));
  });

  it('cuts decimals and never makes a number greater', () => {
    expect([cutDecimals(1.15, 2), cutDecimals(-1.999, 2), cutDecimals(1e21, 2)]).toEqual([1.15, -1.99, 1e21]);
    fc.assert(
      fc.property(
        fc.double({ min: -1e12, max: 1e12, noNaN: true }),
        fc.integer({ min: 0, max: 9 }),
        (value, places) => {
          const cut = cutDecimals(value, places);
          return Math.abs(cut) <= Math.abs(value) && Math.abs(value - cut) < 10 ** -places + 1e-9;
        },
      ),
    );
  });
});

describe('patterns', () => {
  it.each(['a@b.cd', 'ana.ruiz+x@example.test', '_x@sub.example.test', "o'neil@example.test", 'ünï@exämple.test'])(
    '%s is an e-mail',
    (text) => {
      expect(isEmail(text)).toBe(true);
    },
  );
  it.each(['a', '@example.test', 'a@b', 'a b@example.test', '.a@example.test', 'a@example.t', 'a@-x.test'])(
    '%s is no e-mail',
    (text) => {
      expect(isEmail(text)).toBe(false);
    },
  );
  it.each(['555-0104', '+34 600 111 222', '(0)20/123.45', '555 ext 7'])('%s is a phone', (text) => {
    expect(isPhone(text)).toBe(true);
  });
  it.each(['', '+', '555;1', 'call: 5', '-'])('%j is no phone', (text) => {
    expect(isPhone(text)).toBe(false);
  });
  it.each(['example.test', 'https://example.test', 'http://a.example.test:8080/x?y=1#z'])('%s is a website', (text) => {
    expect(isWebsite(text)).toBe(true);
  });
  it.each(['example', 'https://', 'a b.test'])('%s is no website', (text) => {
    expect(isWebsite(text)).toBe(false);
  });
});
