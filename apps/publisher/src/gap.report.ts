import { isCausewayError } from '#contracts';
import { classifyReplicationError, gapOf, stepsFor, stopError, type StoredPosition } from '#replication';
import type { SourceConfig } from './publisher.config.ts';

export interface GapContext {
  readonly config: Pick<SourceConfig, 'sourceName' | 'slotName'>;
  readonly readPosition: () => Promise<StoredPosition | undefined>;
}

/**
 * Adds to an error that stops the publisher from when to when events may be missing, and the commands that lead out; any other
 * error, and one that says so already, is given back as it is. Never fails itself.
 */
export async function explainGap(failure: unknown, { config, readPosition }: GapContext): Promise<unknown> {
  const { code, details } = isCausewayError(failure)
    ? failure
    : { code: classifyReplicationError(failure).code, details: reasonOf(failure) };
  if ('ways_out' in details || stepsFor({ code, details: {} }) === 'none') return failure;
  const position = await readPosition().catch(() => undefined);
  // At a first start nothing is missing, and there is nothing to be let out of.
  if (position === undefined) return failure;
  const known = { ...plain(details), ...gapOf(position, new Date().toISOString()) };
  return stopError({ code, details: known }, { source: config.sourceName, slot: config.slotName });
}

function reasonOf(error: unknown): Record<string, string> {
  return error instanceof Error ? { reason: error.message } : {};
}

function plain(
  details: Readonly<Record<string, string | number | boolean | null>>,
): Record<string, string | number | null> {
  return Object.fromEntries(
    Object.entries(details).map(([name, value]) => [name, typeof value === 'boolean' ? String(value) : value]),
  );
}
