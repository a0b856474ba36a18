import type { ErrorCode } from '#contracts';
import type { SlotVerdict } from '#replication';

/** Commands that lead out of what stops a publisher, in their order; the last one lets it go on. Pure. */
export function waysOut(verdict: SlotVerdict, source: string): string[] {
  if (verdict.verdict !== 'stop') return [];
  const { from } = verdict.details;
  const named = `--source ${source}`;
  const since =
    typeof from === 'string' ? [`causeway outbox resend ${named} --from ${before(from)} --to now --yes`] : [];
  const adopt = `causeway slot adopt ${named} --yes`;
  switch (stepsFor(verdict.code)) {
    case 'recreate':
      return [`causeway slot recreate ${named} --no-adopt --yes`, ...since, adopt];
    case 'adopt':
      return [...since, adopt];
    case 'none':
      return [];
  }
}

/**
 * Rows are found by when they were written, which is before their transaction committed; so the window begins a little before
 * the gap. What comes again thereby, consumers drop by its id.
 */
const WRITTEN_BEFORE_MS = 10 * 60_000;

function before(instant: string): string {
  return new Date(Date.parse(instant) - WRITTEN_BEFORE_MS).toISOString();
}

/** What has to be done to the slot itself. */
export function stepsFor(code: ErrorCode): 'recreate' | 'adopt' | 'none' {
  if (code === 'SLOT_MISSING' || code === 'SLOT_LOST') return 'recreate';
  return code === 'SLOT_AHEAD_OF_POSITION' || code === 'SLOT_GENERATION_MISMATCH' ? 'adopt' : 'none';
}
