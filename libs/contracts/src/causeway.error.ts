import { ERROR_CATALOGUE, type ErrorCode } from './error.catalogue.ts';

export interface CausewayErrorOptions {
  /** Names and numbers that say where: setting, slot, topic, record. Never payloads or secrets: they reach logs. */
  readonly details?: Readonly<Record<string, string | number | boolean | null>>;
  readonly cause?: unknown;
}

/** An error of the catalogue: its code says what it means and what to do (docs/reference/errors.md). */
export class CausewayError extends Error {
  readonly code: ErrorCode;
  readonly details: NonNullable<CausewayErrorOptions['details']>;

  constructor(code: ErrorCode, options: CausewayErrorOptions = {}) {
    super(messageOf(code, options.details ?? {}), { cause: options.cause });
    this.name = 'CausewayError';
    this.code = code;
    this.details = options.details ?? {};
  }
}

/** True for an error of the catalogue, with that code if one is given. */
export function isCausewayError(error: unknown, code?: ErrorCode): error is CausewayError {
  return error instanceof CausewayError && (code === undefined || error.code === code);
}

function messageOf(code: ErrorCode, details: Record<string, unknown>): string {
  const { meaning, action } = ERROR_CATALOGUE[code];
  const where = Object.entries(details)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(', ');
  return `${code}: ${meaning}${where === '' ? '' : ` (${where})`}. ${action}`;
}
