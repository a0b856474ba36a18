import fc from 'fast-check';
import type { Client } from 'pg';
import { connectClient } from '#postgres';
import { postgresUrl } from '#testing';
import { isStorable, isStorableSince, storableText } from './storable.policy.ts';

let client: Client;

beforeAll(async () => {
  client = await connectClient({ url: postgresUrl(), applicationName: 'storable-spec' });
});
afterAll(() => client.end());

/** What Postgres says. */
async function isStored(value: unknown): Promise<boolean> {
  try {
    await client.query('select $1::jsonb', [JSON.stringify(value)]);
    return true;
  } catch {
    return false;
  }
}

describe('isStorable', () => {
  it.each<[unknown, boolean]>([
    ['a\0b', false],
    ['\0', false],
    ['\ud800', false],
    ['a\udfffb', false],
    ['\udc00\ud800', false],
    [{ a: [{ '\0': 1 }] }, false],
    ['\\\0', false],
    ['😀', true],
    ['\\u0000', true],
    ['\\\\u0000', true],
    ['\\ud800', true],
    ['\u0001\n\t', true],
    ['', true],
    [null, true],
    [{ a: 'ä' }, true],
    [undefined, true],
  ])('%j: %s', async (value, expected) => {
    expect(isStorable(value)).toBe(expected);
    if (value === undefined) return;
    expect(await isStored(value)).toBe(expected);
  });

  it('says what Postgres says', async () => {
    const part = fc.constantFrom('\0', '\\', '\\u0000', '\\ud800', '\ud83d', '\ude00', '😀', 'a', '"', 'u0000', '\n');
    const text = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(''));
    const value = fc.oneof(text, fc.array(text), fc.dictionary(text, text));
    await fc.assert(
      fc.asyncProperty(value, async (given) => {
        const isHeld = await isStored(given);
        expect(isStorable(given)).toBe(isHeld);
      }),
      { numRuns: 300 },
    );
  });
});

describe('isStorableSince', () => {
  const part = fc.constantFrom<unknown>('a', '\0', '\ud83d', 7, null, ['b', '\0'], { c: ['\0'] }, { c: 'd' }, []);
  const value = fc.dictionary(fc.constantFrom('x', 'y', '\0'), part);

  it('says of what was made of something that can be stored what a look at all of it says', () => {
    fc.assert(
      fc.property(value, value, fc.boolean(), (before, change, isShared) => {
        fc.pre(isStorable(before));
        const after = isShared ? { ...before, ...change } : change;
        expect(isStorableSince(after, before)).toBe(isStorable(after));
      }),
    );
  });

  it('refuses what is so deep that it overflows the stack of who stores it', () => {
    const deep = (levels: number): unknown => Array.from({ length: levels }).reduce<unknown>((inner) => [inner], 'x');
    expect(isStorable(deep(900))).toBe(true);
    expect(isStorable(deep(20_000))).toBe(false);
  });
});

describe('storableText', () => {
  it('takes out what cannot be stored and keeps the rest', () => {
    expect(storableText('a\0b')).toBe('ab');
    expect(storableText('a\ud800b')).toBe('a\ufffdb');
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => expect(isStorable(storableText(text))).toBe(true)));
    fc.assert(fc.property(fc.string(), (text) => expect(storableText(text)).toBe(text.replaceAll('\0', ''))));
  });
});
