import { setTimeout as sleep } from 'node:timers/promises';

/** Keeps work at a rate: whoever is ahead of it waits. */
export class Pace {
  readonly #perSecond: number | undefined;
  readonly #started = performance.now();
  #done = 0;

  /** @param perSecond undefined: as fast as it goes */
  constructor(perSecond: number | undefined) {
    this.#perSecond = perSecond;
  }

  /** Waits until so much more may have been done. */
  async after(count: number): Promise<void> {
    if (this.#perSecond === undefined) return;
    this.#done += count;
    const early = (this.#done / this.#perSecond) * 1000 - (performance.now() - this.#started);
    if (early > 0) await sleep(early);
  }
}
