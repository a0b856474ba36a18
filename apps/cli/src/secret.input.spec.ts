import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSecrets } from './secret.input.ts';

describe('readSecrets', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'causeway-secrets-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const file = async (text: string): Promise<string> => {
    const path = join(folder, `${text.length}.json`);
    await writeFile(path, text);
    return path;
  };
  const both = { clientSecret: 'cs', refreshToken: 'rt' };

  it('reads a file, which goes before the environment', async () => {
    const path = await file('{"client_secret": "cs", "refresh_token": "rt"}');
    expect(await readSecrets(path, { CAUSEWAY_CLIENT_SECRET: 'other' })).toEqual(both);
  });

  it('reads the environment and the files that it names', async () => {
    const env = { CAUSEWAY_CLIENT_SECRET: 'cs', CAUSEWAY_REFRESH_TOKEN_FILE: await file('rt\n') };
    expect(await readSecrets(undefined, env)).toEqual(both);
  });

  it.each([
    ['no JSON', 'planted-secret'],
    ['one of them', '{"client_secret": "planted-secret"}'],
    ['an empty one', '{"client_secret": "planted-secret", "refresh_token": ""}'],
  ])('refuses a file with %s, without quoting it', async (_what, text) => {
    const refusal = await readSecrets(await file(text), {}).catch((error: unknown) => String(error));
    expect(refusal).toContain('wants {"client_secret"');
    expect(refusal).not.toContain('planted');
  });

  it('refuses a file that is not there', async () => {
    await expect(readSecrets(join(folder, 'none'), {})).rejects.toThrow('cannot be read');
  });
});
