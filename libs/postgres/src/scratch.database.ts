import { randomBytes } from 'node:crypto';
import { connectClient } from './client.factory.ts';

export interface ScratchDatabase {
  readonly name: string;
  readonly url: string;
  drop(): Promise<void>;
}

/**
 * Creates an empty database with a name of its own, for a generator or a suite of tests that throws it away afterwards.
 * @param options.adminUrl a role that may create databases; its database itself is not touched
 */
export async function createScratchDatabase(options: { adminUrl: string; prefix: string }): Promise<ScratchDatabase> {
  const name = `${options.prefix}_${randomBytes(5).toString('hex')}`;
  const url = new URL(options.adminUrl);
  url.pathname = `/${name}`;
  // template0: nobody may be connected to a template, and somebody may well be to template1.
  await administer(options.adminUrl, `create database ${name} template template0`);
  return {
    name,
    url: url.toString(),
    drop: () => administer(options.adminUrl, `drop database if exists ${name} with (force)`),
  };
}

async function administer(url: string, statement: string): Promise<void> {
  const client = await connectClient({ url, applicationName: 'causeway-scratch' });
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
