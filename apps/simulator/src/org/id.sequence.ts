/** Ids as the CRM gives them: 19 digits, beyond what a JavaScript number holds exactly. Never given twice, not even after a reset. */
export class IdSequence {
  #last = 100_000;

  /** Number of the latest id. */
  get last(): number {
    return this.#last;
  }

  /** Goes on after that number. */
  restore(last: number): void {
    this.#last = Math.max(this.#last, last);
  }

  next(): string {
    this.#last += 1;
    return `5725767${String(this.#last).padStart(12, '0')}`;
  }
}

/** True for text that could be an id. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && /^\d{1,20}$/.test(value);
}
