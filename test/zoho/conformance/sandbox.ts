import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig, sandboxOptions } from '#config';
import { tokenSchema, type TokenStore } from '#zoho';
import type { ZohoContext } from '../zoho.context.ts';

/** Credentials of the sandbox that the environment names; null unless all of them are there. */
export function sandboxCredentials(): ZohoContext['credentials'] | null {
  const config = loadConfig(sandboxOptions);
  const { sandboxAccountsUrl: accountsUrl, sandboxClientId: clientId } = config;
  const { sandboxClientSecret: clientSecret, sandboxRefreshToken: refreshToken } = config;
  if (accountsUrl === undefined || clientId === undefined) return null;
  if (clientSecret === undefined || refreshToken === undefined) return null;
  return { accountsUrl, clientId, clientSecret, refreshToken };
}

/** One access token for all files of a run, since only ten are given in ten minutes: in a file that its owner alone can read. */
export function fileTokenStore(): TokenStore {
  const folder = join(tmpdir(), `causeway-sandbox-${process.getuid?.() ?? 0}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'token.json');
  return {
    read: () => {
      try {
        return Promise.resolve(tokenSchema.parse(JSON.parse(readFileSync(file, 'utf8'))));
      } catch {
        return Promise.resolve(null);
      }
    },
    write: (token) => {
      writeFileSync(file, JSON.stringify(token), { mode: 0o600 });
      return Promise.resolve();
    },
  };
}
