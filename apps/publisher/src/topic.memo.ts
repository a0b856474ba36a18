/**
 * The topic of what a column says. Rows of one type come one after another, so the last one is looked at first, and without making
 * a text of it.
 */
export class TopicMemo {
  readonly #topicOf: (named: Buffer) => string | undefined;
  #last = Buffer.alloc(0);
  #topic: string | undefined;

  /** `topicOf` is asked for every new value; undefined where that makes no name for a topic. */
  constructor(topicOf: (named: Buffer) => string | undefined) {
    this.#topicOf = topicOf;
  }

  /** Of a part of a buffer; undefined for nothing, which a start below 0 says too. */
  find(frame: Buffer, start: number, end: number): string | undefined {
    if (start < 0 || start === end) return undefined;
    if (!this.#isLast(frame, start, end)) {
      this.#last = Buffer.from(frame.subarray(start, end));
      this.#topic = this.#topicOf(this.#last);
    }
    return this.#topic;
  }

  #isLast(frame: Buffer, start: number, end: number): boolean {
    const last = this.#last;
    if (last.length !== end - start) return false;
    for (let index = 0; index < last.length; index += 1) if (last[index] !== frame[start + index]) return false;
    return true;
  }
}
