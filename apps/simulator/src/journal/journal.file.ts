import { closeSync, constants, ftruncateSync, mkdirSync, openSync, readSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const { O_APPEND, O_CREAT, O_RDWR, O_TRUNC } = constants;
const CHUNK = 1024 * 1024;
/** Tokens stand in it. */
const OWNER_ONLY = 0o600;
const NEWLINE = 10;

/**
 * A file of whole lines. What `append` has returned from is in the page cache and outlives the process, also after `kill -9`;
 * the loss of the machine is not provided for, so nothing is synced.
 */
export class JournalFile {
  readonly #path: string;
  #descriptor: number;
  /** Bytes of whole lines. */
  #size = 0;

  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true });
    this.#path = path;
    this.#descriptor = openSync(path, O_RDWR | O_CREAT | O_APPEND, OWNER_ONLY);
  }

  /** Every whole line; must be read to its end before the first write. A line that was torn off by a kill is cut away. */
  *lines(): Generator<string> {
    const chunk = Buffer.allocUnsafe(CHUNK);
    let pieces: Buffer[] = [];
    let position = 0;
    for (;;) {
      const read = readSync(this.#descriptor, chunk, 0, CHUNK, position);
      if (read === 0) break;
      let from = 0;
      for (let end = chunk.indexOf(NEWLINE); end >= 0 && end < read; end = chunk.indexOf(NEWLINE, from)) {
        yield Buffer.concat([...pieces, chunk.subarray(from, end)]).toString();
        pieces = [];
        from = end + 1;
        this.#size = position + from;
      }
      if (from < read) pieces.push(Buffer.from(chunk.subarray(from, read)));
      position += read;
    }
    if (position > this.#size) ftruncateSync(this.#descriptor, this.#size);
  }

  /**
   * Adds one line, with one write.
   * @throws the error of the disk; no part of the line stays then
   */
  append(line: string): void {
    const bytes = Buffer.from(`${line}\n`);
    try {
      writeAll(this.#descriptor, bytes);
    } catch (error) {
      ftruncateSync(this.#descriptor, this.#size);
      throw error;
    }
    this.#size += bytes.length;
  }

  /** Puts these lines in place of all: beside the file first, so that at any moment one of both is whole. */
  replace(lines: Iterable<string>): void {
    const beside = `${this.#path}.new`;
    const descriptor = openSync(beside, O_RDWR | O_CREAT | O_APPEND | O_TRUNC, OWNER_ONLY);
    let size = 0;
    try {
      for (const bytes of chunks(lines)) {
        writeAll(descriptor, bytes);
        size += bytes.length;
      }
      renameSync(beside, this.#path);
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
    closeSync(this.#descriptor);
    this.#descriptor = descriptor;
    this.#size = size;
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/** Lines in pieces that are worth a write. */
function* chunks(lines: Iterable<string>): Generator<Buffer> {
  let gathered: string[] = [];
  let length = 0;
  for (const line of lines) {
    gathered.push(line, '\n');
    length += line.length + 1;
    if (length < CHUNK) continue;
    yield Buffer.from(gathered.join(''));
    gathered = [];
    length = 0;
  }
  yield Buffer.from(gathered.join(''));
}

/** One write takes all of it but for a full disk or a signal. */
function writeAll(descriptor: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length; done += writeSync(descriptor, bytes, done));
}
