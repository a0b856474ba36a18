import { open, type FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import type { CrmWrite } from './crm.world.ts';

const changeSchema = z.looseObject({
  kind: z.string(),
  record: z
    .looseObject({
      id: z.string(),
      module: z.string(),
      fields: z.record(z.string(), z.unknown()),
      converted: z.unknown().optional(),
    })
    .optional(),
});

/** Follows the data file of a simulator: every write that took effect, in its order, also those whose answer was lost. */
export class CrmJournal implements AsyncDisposable {
  readonly #file: FileHandle;
  #position = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async open(path: string): Promise<CrmJournal> {
    const journal = new CrmJournal(await open(path, 'r'));
    await journal.next();
    return journal;
  }

  /** The writes since the last call. */
  async next(): Promise<CrmWrite[]> {
    const { size } = await this.#file.stat();
    const bytes = Buffer.alloc(size - this.#position);
    await this.#file.read(bytes, 0, bytes.length, this.#position);
    const end = bytes.lastIndexOf('\n') + 1;
    this.#position += end;
    const lines = bytes
      .subarray(0, end)
      .toString()
      .split('\n')
      .filter((line) => line !== '');
    return lines.flatMap((line) => z.array(changeSchema).parse(JSON.parse(line)).flatMap(writeOf));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}

function writeOf({ kind, record }: z.infer<typeof changeSchema>): CrmWrite[] {
  if (kind !== 'record.put' || record === undefined) return [];
  const { id, module, fields, converted } = record;
  return [{ id, module, fields, converted: converted !== undefined }];
}
