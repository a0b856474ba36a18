import { createLogger, type Logger } from '#observability';

/** A logger for specs that prints nothing. */
export const silentLogger: Logger = createLogger({ service: 'zoho-spec', level: 'silent' });
