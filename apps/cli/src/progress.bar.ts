const WIDTH = 30;

/** How far long work is, on the one line of a terminal; nothing where nobody looks. */
export class ProgressBar {
  #shown = false;

  show(what: string, { done, all }: { readonly done: number; readonly all: number }): void {
    if (!process.stderr.isTTY) return;
    const share = all === 0 ? 0 : Math.min(1, done / all);
    const bar = '#'.repeat(Math.round(share * WIDTH)).padEnd(WIDTH, '.');
    process.stderr.write(`\r\u001B[K${what} ${bar} ${done} of ${all}`);
    this.#shown = true;
  }

  clear(): void {
    if (this.#shown) process.stderr.write('\r\u001B[K');
    this.#shown = false;
  }
}
