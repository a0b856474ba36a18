import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';

const KEPT = 100;

/** Files that were uploaded, and results to be fetched; the oldest go when there are many. */
export class BulkFiles {
  readonly #files = new Map<string, Uint8Array>();

  put(name: string, bytes: Uint8Array): void {
    this.#files.set(name, bytes);
    const [oldest] = this.#files.keys();
    if (this.#files.size > KEPT && oldest !== undefined) this.#files.delete(oldest);
  }

  get(name: string): Uint8Array | undefined {
    return this.#files.get(name);
  }

  clear(): void {
    this.#files.clear();
  }
}

/** A ZIP archive with one text file. */
export function zipped(name: string, text: string): Uint8Array {
  return zipSync({ [name]: strToU8(text) });
}

/** The files of an archive as text; undefined when it is no ZIP archive. */
export function unzipped(bytes: Uint8Array): ReadonlyMap<string, string> | undefined {
  try {
    const files = Object.entries(unzipSync(bytes)).filter(([name]) => !name.endsWith('/'));
    return new Map(files.map(([name, content]) => [name, strFromU8(content)]));
  } catch {
    return undefined;
  }
}
