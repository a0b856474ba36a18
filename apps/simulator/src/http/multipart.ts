/** The content of the part of that name in a multipart body; undefined when there is none. */
export function multipartFile(
  bytes: Buffer,
  given: { readonly contentType: string; readonly name: string },
): Buffer | undefined {
  const [, quoted, plain] = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(given.contentType) ?? [];
  const boundary = `--${quoted ?? plain ?? ''}`;
  if (boundary === '--') return undefined;
  let from = bytes.indexOf(boundary);
  while (from >= 0) {
    const next = bytes.indexOf(boundary, from + boundary.length);
    if (next < 0) return undefined;
    const part = bytes.subarray(from + boundary.length + 2, next - 2);
    const headEnd = part.indexOf('\r\n\r\n');
    const head = part.subarray(0, Math.max(0, headEnd)).toString();
    if (headEnd >= 0 && head.includes(`name="${given.name}"`)) return part.subarray(headEnd + 4);
    from = next;
  }
  return undefined;
}
