import { CausewayError, type ErrorCode } from '#contracts';
import type { Details, StopVerdict } from './slot.policy.ts';

type Stopped = Pick<StopVerdict, 'code' | 'details'>;

/** Commands that lead out of what stops a publisher, in their order; the last one lets it go on. Pure. */
export function waysOut({ code, details }: Stopped, source: string): string[] {
  const named = `--source ${source}`;
  const { from } = details;
  const resend =
    typeof from === 'string' ? [`causeway outbox resend ${named} --from ${before(from)} --to now --yes`] : [];
  const adopt = `causeway slot adopt ${named} --yes`;
  switch (stepsFor({ code, details })) {
    case 'recreate':
      return [`causeway slot recreate ${named} --no-adopt --yes`, ...resend, adopt];
    case 'resend':
      return [...resend, adopt];
    case 'adopt':
      return [adopt];
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

/**
 * What has to be done. `recreate`: the slot cannot be read any more, or its WAL has a hole that the server skips or fails at.
 * `resend`: events may be missing that the slot does not give. `adopt`: nothing is missing, a person has to agree.
 */
export function stepsFor({ code, details }: Stopped): 'recreate' | 'resend' | 'adopt' | 'none' {
  switch (code) {
    case 'SLOT_MISSING':
    case 'SLOT_LOST':
    case 'PUBLICATION_MISSING':
      return 'recreate';
    case 'PUBLICATION_CHANGED':
      return details['change'] === 'altered' ? 'resend' : 'recreate';
    case 'SLOT_AHEAD_OF_POSITION':
    case 'SLOT_GENERATION_MISMATCH':
      return 'resend';
    case 'TIMELINE_DIVERGED':
    case 'TOPIC_PARTITIONS_CHANGED':
      return 'adopt';
    default:
      return 'none';
  }
}

/** The error of a stop: where, from when to when events may be missing, and the commands that lead out. */
export function stopError(
  { code, details }: { readonly code: ErrorCode; readonly details: Details },
  { source, ...where }: { readonly source: string } & Details,
): CausewayError {
  const ways = waysOut({ code, details }, source);
  const lead: Details = ways.length === 0 ? {} : { ways_out: ways.join(' && ') };
  return new CausewayError(code, { details: { ...where, ...details, ...lead } });
}
