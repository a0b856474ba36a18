import type { Org } from '../org/org.ts';
import { JournalFile } from './journal.file.ts';
import { replay } from './journal.replay.ts';
import { counters, presentState } from './present.state.ts';
import type { StateChange } from './state.change.ts';

/**
 * Keeps an organisation in a file: reads it when it is opened, then writes each unit of work as one line, a JSON array of
 * changes, before its answer goes out. A line is there whole or not at all, and so is what a call did.
 */
export class Journal {
  readonly #org: Org;
  readonly #file: JournalFile;

  /** @throws Error naming file and line when the file cannot be read; a torn last line is no error */
  constructor(org: Org, path: string) {
    this.#org = org;
    this.#file = new JournalFile(path);
    let number = 0;
    for (const line of this.#file.lines()) {
      number += 1;
      try {
        for (const change of JSON.parse(line) as StateChange[]) replay(org, change);
      } catch (error) {
        this.#file.close();
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`line ${number} of ${path} is not what a simulator wrote: ${reason}`, { cause: error });
      }
    }
    org.changes.drainTo((unit) => this.#write(unit));
  }

  /** Writes the file anew with the present state alone. */
  compact(): void {
    this.#file.replace(lines(presentState(this.#org)));
  }

  close(): void {
    this.#file.close();
  }

  #write(unit: readonly StateChange[]): void {
    // After a reset there is no use for what was before, and nothing cheaper than the state of the start.
    if (unit.some((change) => change.kind === 'reset')) this.compact();
    else this.#file.append(JSON.stringify([...unit, counters(this.#org)]));
  }
}

function* lines(changes: Iterable<StateChange>): Generator<string> {
  for (const change of changes) yield JSON.stringify([change]);
}
