import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { z } from 'zod';
import { connectionOptions, loadConfig, type Environment } from '#config';
import { WrongUse } from './exit.codes.ts';

export interface Secrets {
  readonly clientSecret: string;
  readonly refreshToken: string;
}

const { clientSecret, refreshToken } = connectionOptions;
const fileSchema = z.object({ client_secret: z.string().min(1), refresh_token: z.string().min(1) });

/**
 * The secrets of a connection: from the file that is named, else from the environment (or the files that it names), else asked for on the
 * terminal, without showing them. Never from arguments, which other users of the machine and the shell's history see.
 * @throws WrongUse when there is none of these
 */
export async function readSecrets(file: string | undefined, env: Environment = process.env): Promise<Secrets> {
  if (file !== undefined) return secretsOfFile(file);
  const isSet = [clientSecret, refreshToken].some(({ env: name }) => name in env || `${name}_FILE` in env);
  if (isSet) return loadConfig({ clientSecret, refreshToken }, env);
  if (!process.stdin.isTTY)
    throw new WrongUse(
      `name a file with --secrets, set ${clientSecret.env} and ${refreshToken.env}, or run it on a terminal to be asked`,
    );
  return { clientSecret: await ask('client secret: '), refreshToken: await ask('refresh token: ') };
}

/** Its content is not quoted, whatever is wrong with it. */
async function secretsOfFile(file: string): Promise<Secrets> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) throw new WrongUse(`--secrets names a file that cannot be read: ${file}`);
  const parsed = fileSchema.safeParse(jsonOf(text));
  if (!parsed.success) throw new WrongUse(`${file} wants {"client_secret": "...", "refresh_token": "..."}`);
  return { clientSecret: parsed.data.client_secret, refreshToken: parsed.data.refresh_token };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Asks on the terminal; what is typed is not shown. */
async function ask(question: string): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  process.stderr.write(question);
  try {
    const answer = await new Promise<string>((resolve) => lines.question('', resolve));
    if (answer === '') throw new WrongUse('nothing was typed');
    return answer;
  } finally {
    process.stderr.write('\n');
    lines.close();
  }
}
