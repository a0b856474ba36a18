/** A product may put any names into its headers; that must not fill the memory. */
const MOST = 1000;
const known = new Map<string, Buffer>();

/** A header name's bytes. Names are few and always the same, so they are encoded once. */
export function headerNameBytes(name: string): Buffer {
  let bytes = known.get(name);
  if (bytes === undefined) {
    bytes = Buffer.from(name);
    if (known.size < MOST) known.set(name, bytes);
  }
  return bytes;
}
