import { CausewayError, isCausewayError } from '#contracts';
import { integrationOptions, isOwnOptionSet, publisherOptions, type Environment } from '#config';
import { SQLSTATE, errorCode, hasSqlState, isConnectionLost } from '#postgres';
import { readRunFile } from '#system';
import { CannotReach, EXIT, WrongUse } from './exit.codes.ts';

/** What an operator can correct by another argument or setting. */
const WRONG_USE = [
  'CONFIG_INVALID',
  'PACK_UNKNOWN',
  'CONNECTION_MISSING',
  'OUTBOX_NOT_RESENDABLE',
  'CONNECTION_SETTINGS_REFUSED',
] as const;

/** Names of our schemas in what the server says; what else is missing is what an operator named. */
const OURS = /\b(connections|inbox|ledger|outbox|relay|webhooks)\b/;

/** Exit code of a verb that ended with this error. Pure. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CannotReach || isUnreachable(error)) return EXIT.cannotReach;
  if (error instanceof WrongUse || WRONG_USE.some((code) => isCausewayError(error, code))) return EXIT.wrongUse;
  return EXIT.problems;
}

/**
 * The same error in words that say what to do: the driver's own name neither the database nor the way out. What is of the catalogue stays
 * as it is. Pure.
 */
export function explained(error: unknown): unknown {
  if (!(error instanceof Error) || isCausewayError(error)) return error;
  const details = { reason: reasonOf(error) };
  if (isUnreachable(error)) return new CausewayError('POSTGRES_UNREACHABLE', { details, cause: error });
  return hasSqlState(error, SQLSTATE.UNDEFINED_TABLE, SQLSTATE.INVALID_SCHEMA_NAME) && OURS.test(error.message)
    ? new CausewayError('MIGRATIONS_MISSING', { details, cause: error })
    : error;
}

/** What a person should know besides; undefined: nothing. A system that was killed leaves the file that names it. */
export async function hintFor(error: unknown, env: Environment = process.env): Promise<string | undefined> {
  const isNamed = [integrationOptions.integrationUrl, publisherOptions.sourceUrl].some((each) =>
    isOwnOptionSet(each, env),
  );
  if (isNamed || !isUnreachable(error)) return undefined;
  try {
    if ((await readRunFile()) === null) return undefined;
  } catch {
    return undefined;
  }
  return 'The system of this checkout was asked, which seems to be gone; start it again with: npx causeway dev, or npm run demo';
}

function isUnreachable(error: unknown): boolean {
  if (isCausewayError(error, 'POSTGRES_UNREACHABLE') || isCausewayError(error, 'KAFKA_UNREACHABLE')) return true;
  return !isCausewayError(error) && isConnectionLost(error);
}

/** Where a name has several addresses Node gives an error for each, and none of its own. */
function reasonOf(error: Error): string {
  const [first] = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  if (error.message !== '') return error.message;
  return first instanceof Error ? first.message : (errorCode(error) ?? error.name);
}
