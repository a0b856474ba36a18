import fc from 'fast-check';
import type { Client } from 'pg';
import { adminUrl } from '../test/server.ts';
import { arrayParameter } from './array.parameter.ts';
import { connectClient } from './client.factory.ts';

let client: Client;

beforeAll(async () => {
  client = await connectClient({ url: adminUrl(), applicationName: 'array-spec' });
});
afterAll(() => client.end());

/** What the server makes of it, as text. */
async function received(
  type: Parameters<typeof arrayParameter>[0],
  values: readonly (string | number | boolean | null)[],
) {
  const { rows } = await client.query<{ values: (string | null)[] }>(
    `select array(select v::text from unnest($1::${type}[]) with ordinality as t (v, n) order by n) as values`,
    [arrayParameter(type, values)],
  );
  return rows[0]?.values;
}

describe('an array parameter', () => {
  it.each([
    ['text', ['a', '', null, '{"b":"c\\\\"}', 'ä€😀', 'x'.repeat(5000)]],
    ['text', [null]],
    ['text', []],
    ['bigint', [0, 1, -1, 4_294_967_296, -4_294_967_297, null, '9223372036854775807', '-9223372036854775808']],
    ['integer', [0, -2_147_483_648, 2_147_483_647, null]],
    ['double precision', [0.5, -1e300, null]],
    ['boolean', [true, false, null]],
  ] as const)('of %s arrives as it is: %j', async (type, values) => {
    expect(await received(type, values)).toEqual(values.map((value) => (value === null ? null : String(value))));
  });

  it('holds whatever a text column can', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: 'binary', maxLength: 90 }),
      fc.constant(null),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(text), async (given) => {
        const values = given.map((value) => value?.replaceAll('\0', '').toWellFormed() ?? null);
        expect(await received('text', values)).toEqual(values);
      }),
      { numRuns: 50 },
    );
  });

  it('refuses a number that is none of the type', () => {
    expect(() => arrayParameter('integer', [2_147_483_648])).toThrow('out of range');
    expect(() => arrayParameter('bigint', ['9223372036854775808'])).toThrow('out of range');
  });
});
