import type { Field } from '../schema/field.model.ts';
import { referenceOf } from './record.model.ts';

/** The ids of the records that hold each value of one field. */
export class FieldIndex {
  readonly field: Field;
  readonly #ids = new Map<string, Set<string>>();

  constructor(field: Field) {
    this.field = field;
  }

  find(value: unknown): ReadonlySet<string> {
    const key = indexKey(this.field, value);
    return (key === undefined ? undefined : this.#ids.get(key)) ?? NONE;
  }

  add(value: unknown, id: string): void {
    const key = indexKey(this.field, value);
    if (key === undefined) return;
    const ids = this.#ids.get(key);
    if (ids === undefined) this.#ids.set(key, new Set([id]));
    else ids.add(id);
  }

  remove(value: unknown, id: string): void {
    const key = indexKey(this.field, value);
    const ids = key === undefined ? undefined : this.#ids.get(key);
    if (key === undefined || ids === undefined) return;
    ids.delete(id);
    if (ids.size === 0) this.#ids.delete(key);
  }
}

const NONE: ReadonlySet<string> = new Set();

/** Text is compared without regard to case unless the field was made case sensitive; links by their id. */
function indexKey(field: Field, value: unknown): string | undefined {
  const plain = referenceOf(value)?.id ?? value;
  if (plain === undefined || plain === null || plain === '') return undefined;
  const text = typeof plain === 'string' ? plain : JSON.stringify(plain);
  return field.unique?.caseSensitive === true ? text : text.toLowerCase();
}
