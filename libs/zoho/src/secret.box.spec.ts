import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { isCausewayError } from '#contracts';
import { createSecretBox } from './secret.box.ts';

const hex = () => randomBytes(32).toString('hex');
const key = hex();
const box = createSecretBox({ key });

function codeOf(work: () => unknown): string {
  try {
    work();
    return 'none';
  } catch (error) {
    return isCausewayError(error) ? error.code : String(error);
  }
}

it('opens what it sealed, under the same context', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, context) => {
      expect(box.open(box.seal(text, context), context)).toBe(text);
    }),
  );
});

it('seals the same text differently each time, without showing it', () => {
  expect(box.seal('1000.refresh')).not.toBe(box.seal('1000.refresh'));
  expect(box.seal('1000.refresh')).not.toContain('refresh');
  expect(box.keyIdOf(box.seal('x'))).toBe(box.keyId);
  expect(box.keyId).toMatch(/^[0-9a-f]{8}$/);
  expect(key).not.toContain(box.keyId);
});

it('does not open under another key or context', () => {
  const sealed = box.seal('secret', 'connection-1');
  expect(codeOf(() => createSecretBox({ key: hex() }).open(sealed, 'connection-1'))).toBe('SECRET_UNREADABLE');
  expect(codeOf(() => box.open(sealed, 'connection-2'))).toBe('SECRET_UNREADABLE');
  expect(codeOf(() => box.open(sealed))).toBe('SECRET_UNREADABLE');
});

it('does not open a text that was changed anywhere', () => {
  const sealed = box.seal('a secret of some length');
  fc.assert(
    fc.property(fc.nat(sealed.length - 1), fc.constantFrom('A', 'b', '7', '.', '-', ''), (index, letter) => {
      const changed = sealed.slice(0, index) + letter + sealed.slice(index + 1);
      // Letters that encode the same bytes (the last one has spare bits) are no change.
      const isSame = Buffer.from(changed.split('.')[2] ?? '', 'base64url').equals(
        Buffer.from(sealed.split('.')[2] ?? '', 'base64url'),
      );
      if (changed === sealed || (isSame && changed.startsWith(sealed.slice(0, 12)))) return;
      expect(codeOf(() => box.open(changed))).toBe('SECRET_UNREADABLE');
    }),
    { numRuns: 500 },
  );
});

it.each(['', 'plain', 'v1.', 'v2.00000000.', 'v1.00000000.AAAA', 'v3.00000000.AAAA'])('does not open %j', (text) => {
  expect(codeOf(() => box.open(text))).toBe('SECRET_UNREADABLE');
  expect(box.keyIdOf(text)).toBeNull();
});

it('opens texts under a former key after a rotation, and seals with the new one', () => {
  const next = hex();
  const rotated = createSecretBox({ key: next, otherKeys: [key] });
  const old = box.seal('secret');
  expect(rotated.open(old)).toBe('secret');
  expect(rotated.keyIdOf(old)).toBe(box.keyId);
  expect(rotated.keyIdOf(rotated.seal('secret'))).toBe(rotated.keyId);
  expect(codeOf(() => box.open(rotated.seal('secret')))).toBe('SECRET_UNREADABLE');
});

it('opens a text of the first version, which was bound to nothing, and binds it when it is sealed anew', () => {
  // Made by the release before, under the key of all `a1`, without a context.
  const old = firstVersion('1000.refresh', 'a1'.repeat(32));
  const own = createSecretBox({ key: 'a1'.repeat(32) });
  expect(own.open(old, 'connection-1')).toBe('1000.refresh');
  expect(old.startsWith(own.prefix)).toBe(false);
  const anew = own.seal(own.open(old, 'connection-1'), 'connection-1');
  expect(anew.startsWith(own.prefix)).toBe(true);
  expect(codeOf(() => own.open(anew, 'connection-2'))).toBe('SECRET_UNREADABLE');
  expect(codeOf(() => own.open(anew.replace('v2.', 'v1.'), 'connection-2'))).toBe('SECRET_UNREADABLE');
});

it.each(['', 'abc', 'g'.repeat(64), 'a'.repeat(63), 'a'.repeat(66)])(
  'wants a key of 64 hexadecimal digits, not %j',
  (bad) => {
    expect(codeOf(() => createSecretBox({ key: bad }))).toBe('CONFIG_INVALID');
  },
);

it('never shows the key or the text in an error', () => {
  const sealed = box.seal('planted-secret');
  try {
    createSecretBox({ key: hex() }).open(sealed);
  } catch (error) {
    expect(String(error)).not.toMatch(/planted/);
    expect(String(error)).not.toContain(key);
    expect(String(error)).not.toContain(sealed);
  }
  expect.assertions(3);
});

/** A text as the first version sealed it. */
function firstVersion(text: string, hexKey: string): string {
  const bytes = Buffer.from(hexKey, 'hex');
  const head = `v1.${createHash('sha256').update(bytes).digest('hex').slice(0, 8)}`;
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', bytes, iv).setAAD(Buffer.from(`${head}.`));
  const body = Buffer.concat([iv, cipher.update(text), cipher.final(), cipher.getAuthTag()]);
  return `${head}.${body.toString('base64url')}`;
}
