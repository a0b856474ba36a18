import { integrationOptions, loadConfig } from '#config';
import { createDatabase, createPool, type IntegrationDatabase } from '#postgres';
import { readRunFile, type SystemDetails } from '#system';
import { CannotReach } from './exit.codes.ts';

/**
 * The system that `causeway dev` or the demo runs on this checkout, or that of the file given.
 * @throws CannotReach when there is none.
 */
export async function runningSystem(file?: string): Promise<SystemDetails> {
  const details = await readRunFile(file);
  if (details === null) {
    const where = file === undefined ? 'on this checkout' : `in ${file}`;
    throw new CannotReach(`no system runs ${where}; start one with: npx causeway dev`);
  }
  return details;
}

/** Runs `work` on the integration database: the one of the environment if that names one, else of the running system. */
export async function withIntegration<T>(work: (db: ReturnType<typeof open>) => Promise<T>): Promise<T> {
  const db = open(await integrationUrl());
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}

async function integrationUrl(): Promise<string> {
  const given = process.env['CAUSEWAY_INTEGRATION_URL'] ?? process.env['CAUSEWAY_INTEGRATION_URL_FILE'];
  if (given !== undefined) return loadConfig(integrationOptions).integrationUrl;
  return (await runningSystem()).integration.url;
}

function open(url: string) {
  return createDatabase<IntegrationDatabase>(createPool({ url, max: 2, applicationName: 'causeway-cli' }));
}
