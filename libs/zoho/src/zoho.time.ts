/** An instant as the API wants it: RFC 3339 with an offset and whole seconds (reference 9), fraction dropped. */
export function zohoTime(instant: Date): string {
  return `${instant.toISOString().slice(0, 19)}+00:00`;
}

/** Epoch milliseconds of a time in an answer; null without one. Answers use the calling user's zone. */
export function instantOf(text: string | null | undefined): number | null {
  const at = Date.parse(text ?? '');
  return Number.isNaN(at) ? null : at;
}

/**
 * `If-Modified-Since` for "at or after this instant": HTTP's header means strictly after, and the CRM's times have whole
 * seconds, so it names the second before.
 */
export function modifiedSince(instant: Date): string {
  return zohoTime(new Date(instant.getTime() - 1000));
}
