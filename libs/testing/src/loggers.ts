import { createLogger, type Logger } from '#observability';

/** A logger that writes nothing. */
export const silentLogger: Logger = createLogger({ service: 'spec', level: 'silent' });

export interface CapturedLogger {
  readonly logger: Logger;
  /** The lines written so far, parsed. */
  readonly lines: Record<string, unknown>[];
}

/** A logger whose lines a spec can look at; every level is written. */
export function capturedLogger(): CapturedLogger {
  const lines: Record<string, unknown>[] = [];
  const destination = {
    write: (line: string): void => {
      lines.push(JSON.parse(line) as Record<string, unknown>);
    },
  };
  return { logger: createLogger({ service: 'spec', level: 'trace', destination }), lines };
}
