/** When a Retry-After header allows another try, in epoch milliseconds; null without a usable header. */
export function retryAtOf(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  if (/^\d{1,6}$/.test(header.trim())) return now + Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) || at < now ? null : at;
}
