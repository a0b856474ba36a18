import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { CausewayError } from '#contracts';

/** Encrypts secrets at rest. */
export interface SecretBox {
  /** Id of the key that `seal` uses: the first eight hexadecimal digits of the key's SHA-256. */
  readonly keyId: string;
  /** How every text begins that `seal` makes: tells what is left to seal anew. */
  readonly prefix: string;
  /** `context` (a connection's id) is bound to the text: it opens under the same context only. */
  seal(text: string, context?: string): string;
  /**
   * Throws `SECRET_UNREADABLE` for a text under an unknown key or another context, and for a damaged one. A text of the first
   * version, which was bound to no context, opens under any.
   */
  open(sealed: string, context?: string): string;
  /** Id of the key that a sealed text needs, null if it is none: finds what is left to seal again after a rotation. */
  keyIdOf(sealed: string): string | null;
}

const VERSION = 'v2';
/** Texts of the first version were stored without a context, so their place in the database was not bound to them. */
const FIRST_VERSION = 'v1';
const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * A box with AES-256-GCM. `key` seals and opens; `otherKeys` only open, so that a key can be replaced while texts under the
 * one before are stored and other processes use it. Keys are 64 hexadecimal digits; throws `CONFIG_INVALID` for anything else.
 */
export function createSecretBox(options: { readonly key: string; readonly otherKeys?: readonly string[] }): SecretBox {
  const current = keyOf(options.key);
  const keys = new Map([current, ...(options.otherKeys ?? []).map(keyOf)].map((key) => [key.id, key.bytes]));
  return {
    keyId: current.id,
    prefix: `${VERSION}.${current.id}.`,
    seal: (text, context = '') => {
      const iv = randomBytes(IV_BYTES);
      const head = `${VERSION}.${current.id}`;
      const cipher = createCipheriv(CIPHER, current.bytes, iv, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(`${head}.${context}`));
      const body = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `${head}.${body.toString('base64url')}`;
    },
    open: (sealed, context = '') => {
      const parts = partsOf(sealed);
      const key = parts === null ? undefined : keys.get(parts.keyId);
      if (parts === null || key === undefined) {
        throw new CausewayError('SECRET_UNREADABLE', { details: { keyId: parts?.keyId ?? null } });
      }
      try {
        const bound = parts.version === FIRST_VERSION ? '' : context;
        return decipher(parts.body, { key, aad: `${parts.version}.${parts.keyId}.${bound}` });
      } catch (cause) {
        throw new CausewayError('SECRET_UNREADABLE', { details: { keyId: parts.keyId }, cause });
      }
    },
    keyIdOf: (sealed) => partsOf(sealed)?.keyId ?? null,
  };
}

function decipher(body: Buffer, by: { readonly key: Buffer; readonly aad: string }): string {
  const cipher = createDecipheriv(CIPHER, by.key, body.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(by.aad));
  cipher.setAuthTag(body.subarray(body.length - TAG_BYTES));
  const text = cipher.update(body.subarray(IV_BYTES, body.length - TAG_BYTES));
  return Buffer.concat([text, cipher.final()]).toString('utf8');
}

function keyOf(hex: string): { readonly id: string; readonly bytes: Buffer } {
  if (!/^[0-9a-f]{64}$/i.test(hex)) {
    throw new CausewayError('CONFIG_INVALID', {
      details: { setting: 'CAUSEWAY_SECRET_KEY', wanted: '64 hexadecimal digits' },
    });
  }
  const bytes = Buffer.from(hex, 'hex');
  return { id: createHash('sha256').update(bytes).digest('hex').slice(0, 8), bytes };
}

interface Parts {
  readonly version: string;
  readonly keyId: string;
  readonly body: Buffer;
}

function partsOf(sealed: string): Parts | null {
  const [, version, keyId, text] = /^(v[12])\.([0-9a-f]{8})\.([\w-]+)$/.exec(sealed) ?? [];
  const body = Buffer.from(text ?? '', 'base64url');
  if (version === undefined || keyId === undefined || body.length < IV_BYTES + TAG_BYTES) return null;
  return { version, keyId, body };
}
