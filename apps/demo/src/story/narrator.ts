/** Tells the story on the terminal and counts what held. */
export class Narrator {
  readonly #out: NodeJS.WritableStream;
  #failed = 0;
  #muted = false;
  #held = 0;

  constructor(out: NodeJS.WritableStream = process.stdout) {
    this.#out = out;
  }

  get failed(): number {
    return this.#failed;
  }

  get held(): number {
    return this.#held;
  }

  /** Says nothing more: what is still under way ends in errors that are nobody's fault once the system stops. */
  mute(): void {
    this.#muted = true;
  }

  say(text: string): void {
    if (!this.#muted) this.#out.write(`${text}\n`);
  }

  chapter(text: string): void {
    this.say(`\n${text}`);
  }

  /** A statement that is checked. */
  check(statement: string, holds: boolean, detail = ''): void {
    if (holds) this.#held += 1;
    else this.#failed += 1;
    this.say(`  ${holds ? 'ok    ' : 'FAILED'}  ${statement}${detail === '' ? '' : ` (${detail})`}`);
  }
}
