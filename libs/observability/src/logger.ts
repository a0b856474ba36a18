import { types } from 'node:util';
import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';
import { isCausewayError } from '#contracts';
import { CENSOR, SECRET_NAMES, redact } from './redaction.ts';

export type Logger = PinoLogger;

export interface LoggerOptions {
  readonly service: string;
  readonly level?: string;
  /** Where lines go; standard output if not given. */
  readonly destination?: DestinationStream;
}

/** A JSON logger for one service. Payloads and secrets are cut out by name; give ids, counts and codes instead. */
export function createLogger({ service, level = 'info', destination }: LoggerOptions): Logger {
  const options = {
    name: service,
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }), log: redact },
    // Bindings of child loggers pass no formatter.
    redact: { paths: [...SECRET_NAMES], censor: CENSOR },
    serializers: { err: (error: Error) => redact({ ...pino.stdSerializers.err(error) }) },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** The fields of a log line about an error: its code first, so that lines can be searched by it. */
export function errorFields(error: unknown): { code: string; reason: string } {
  if (isCausewayError(error)) return { code: error.code, reason: error.message };
  // Not `instanceof`: an error may come from another realm, such as a worker's or a test runner's.
  if (types.isNativeError(error)) {
    const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
    return { code, reason: error.message };
  }
  return { code: 'UNKNOWN', reason: String(error) };
}
