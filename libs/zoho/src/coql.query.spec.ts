import fc from 'fast-check';
import { literalsOf, selectWhere } from './coql.query.ts';

const base = { module: 'Leads', fields: ['Email', 'id'], field: 'Portal_User_ID' };

it('asks for one value with =, for several with in', () => {
  expect(selectWhere({ ...base, values: ['42'] })).toBe(
    "select id, Portal_User_ID, Email from Leads where Portal_User_ID = '42' limit 0, 200",
  );
  expect(selectWhere({ ...base, values: ['42', "o'brien"] })).toBe(
    "select id, Portal_User_ID, Email from Leads where Portal_User_ID in ('42', 'o''brien') limit 0, 200",
  );
});

it.each([
  ['plain', ["'plain'"]],
  ["o'brien", ["'o''brien'"]],
  [String.raw`a\b`, [String.raw`'a\\b'`, String.raw`'a\b'`]],
  [String.raw`end\ `.trim(), [String.raw`'end\\'`]],
  [String.raw`a\'b`, [String.raw`'a\\''b'`]],
])('spells %s', (value, literals) => {
  expect(literalsOf(value)).toEqual(literals);
});

it('ends each literal where it ends, whether a backslash escapes or not, and spells the text in both readings', () => {
  const plain = (literal: string) => /^'((?:[^']|'')*)'$/s.exec(literal)?.[1]?.replaceAll("''", "'");
  const escaping = (literal: string) =>
    /^'((?:[^'\\]|''|\\.)*)'$/s.exec(literal)?.[1]?.replace(/''|\\(.)/gs, (_, sign?: string) => sign ?? "'");
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', "'", '\\', '"', ')', ' '), maxLength: 12 }), (value) => {
      const literals = literalsOf(value);
      for (const literal of literals) {
        expect(plain(literal)).toBeDefined();
        expect(escaping(literal)).toBeDefined();
      }
      expect(literals.map(escaping)).toContain(value);
      if (literals.length === 2 || !value.includes('\\')) expect(literals.map(plain)).toContain(value);
    }),
    { numRuns: 1000 },
  );
});

it.each(["Email' or 1=1", 'Last Name', '', 'a;b', '1st'])('lets no name through that is no API name: %j', (name) => {
  expect(() => selectWhere({ ...base, field: name, values: ['1'] })).toThrow(RangeError);
  expect(() => selectWhere({ ...base, module: name, values: ['1'] })).toThrow(RangeError);
  expect(() => selectWhere({ ...base, fields: [name], values: ['1'] })).toThrow(RangeError);
});

it('takes 1 to 50 values', () => {
  expect(() => selectWhere({ ...base, values: [] })).toThrow(RangeError);
  expect(() => selectWhere({ ...base, values: Array.from({ length: 51 }, String) })).toThrow(RangeError);
});
