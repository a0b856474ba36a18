const WIDTH = 30;

/** What is under way, on a terminal's one line; silent where nobody looks. */
export class ProgressBar {
  #shown = false;

  show(what: string, done = 0, total = 0): void {
    if (!process.stderr.isTTY) return;
    const share = total === 0 ? 0 : Math.min(1, done / total);
    const bar =
      total === 0 ? '' : `${'█'.repeat(Math.round(share * WIDTH)).padEnd(WIDTH, '░')} ${Math.floor(share * 100)} %`;
    process.stderr.write(`\r\u001B[K${what}  ${bar}`);
    this.#shown = true;
  }

  clear(): void {
    if (this.#shown) process.stderr.write('\r\u001B[K');
    this.#shown = false;
  }
}
