/** Grows when older files can no longer be read. */
export const JOURNAL_FORMAT = 1;
