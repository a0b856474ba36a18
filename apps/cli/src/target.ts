import { integrationOptions, isOwnOptionSet, loadConfig } from '#config';
import { createDatabase, createPool, type IntegrationDatabase } from '#postgres';
import { readRunFile, type SystemDetails } from '#system';
import { CannotReach } from './exit.codes.ts';

/**
 * The system that `causeway dev` or the demo runs on this checkout, or that of the file given.
 * @throws CannotReach when there is none; CONFIG_INVALID for a setting that nobody knows
 */
export async function runningSystem(file?: string): Promise<SystemDetails> {
  // A setting that is misspelt would otherwise have the wrong system asked.
  loadConfig({});
  const details = await readRunFile(file);
  if (details === null) {
    const where = file === undefined ? 'on this checkout' : `in ${file}`;
    throw new CannotReach(`no system runs ${where}; start one with: npx causeway dev`);
  }
  return details;
}

/** Runs `work` on the integration database: the one of CAUSEWAY_INTEGRATION_URL, of the running system, or of the standard settings. */
export async function withIntegration<T>(work: (db: ReturnType<typeof open>) => Promise<T>): Promise<T> {
  const db = open(await integrationUrl());
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}

async function integrationUrl(): Promise<string> {
  const { integrationUrl: option } = integrationOptions;
  if (isOwnOptionSet(option, process.env)) return loadConfig({ option }).option;
  // The standard settings may be those of another program; what runs on this checkout is meant before them.
  const running = await readRunFile();
  if (running === null && option.standard?.read(process.env) !== undefined) return loadConfig({ option }).option;
  return (await runningSystem()).integration.url;
}

function open(url: string) {
  return createDatabase<IntegrationDatabase>(createPool({ url, max: 2, applicationName: 'causeway-cli' }));
}
