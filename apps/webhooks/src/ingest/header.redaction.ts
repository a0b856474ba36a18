/** Headers that may carry credentials of whoever calls; kept by name, so that one sees that they were there. */
const SECRET_HEADERS = new Set(['authorization', 'cookie', 'proxy-authorization', 'x-api-key', 'x-zoho-token']);

/** Headers as they are stored with a delivery. */
export function redactHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      if (value === undefined) return [];
      return [[name, SECRET_HEADERS.has(name.toLowerCase()) ? '[redacted]' : String(value)]];
    }),
  );
}
