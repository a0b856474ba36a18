/** Wakes workers that wait for something to do. Rings that come while a worker is busy are not lost: it counts them. */
export class WakeBell {
  #rings = 0;
  readonly #waiting = new Set<() => void>();

  /** Take it before looking for work, and give it to `wait` when there was none. */
  get rings(): number {
    return this.#rings;
  }

  ring(): void {
    this.#rings += 1;
    for (const wake of this.#waiting) wake();
  }

  /** Returns at once if the bell rang after `seen`, else at the next ring, at the latest after `timeoutMs`. */
  wait(seen: number, timeoutMs: number): Promise<void> {
    if (this.#rings !== seen) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, timeoutMs);
      this.#waiting.add(wake);
    });
  }
}
