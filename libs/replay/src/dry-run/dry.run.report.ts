import type { RecordDifference } from '../fold/record.difference.ts';
import type { Replayed, ReplayedKey } from '../fold/replay.fold.ts';
import { ReplayTally, type ReplayCounts } from '../fold/replay.tally.ts';

/** A record that would be another one. */
export interface ToldDifference extends RecordDifference {
  readonly tenantId: string;
  readonly key: string;
}

/** What a dry-run found out. */
export interface DryRunResult extends ReplayCounts {
  /** Events, and things seen in the CRM, that were folded. */
  readonly events: number;
  readonly keys: number;
  /** Whose id came before. */
  readonly repeated: number;
  /** Keys whose records were compared with what the relay's states want: `incomparable` ones lack events, or a state that can be read. */
  readonly compared: { readonly same: number; readonly different: number; readonly incomparable: number };
  /** The first of the differences. */
  readonly examples: readonly ToldDifference[];
}

/** Adds up a dry-run. */
export class DryRunReport {
  readonly #tally = new ReplayTally();
  readonly #most: number;
  readonly #examples: ToldDifference[] = [];
  readonly #keys = { met: 0, same: 0, different: 0, incomparable: 0 };
  #events = 0;
  #repeated = 0;

  constructor(mostExamples: number) {
    this.#most = mostExamples;
  }

  get events(): number {
    return this.#events;
  }

  event(): void {
    this.#events += 1;
  }

  /** A record that is no event of this product. */
  unusable(code: string): void {
    this.#events += 1;
    this.#tally.unusable(code);
  }

  add(replayed: Replayed): void {
    this.#tally.add(replayed);
  }

  /** A part is done. */
  met({ keys, repeated }: { readonly keys: number; readonly repeated: number }): void {
    this.#keys.met += keys;
    this.#repeated += repeated;
  }

  incomparable(): void {
    this.#keys.incomparable += 1;
  }

  compared({ tenantId, key }: ReplayedKey, differences: readonly RecordDifference[]): void {
    this.#keys[differences.length === 0 ? 'same' : 'different'] += 1;
    for (const difference of differences) {
      this.#tally.differs(difference);
      if (this.#examples.length < this.#most) this.#examples.push({ tenantId, key, ...difference });
    }
  }

  result(): DryRunResult {
    const { met: keys, ...compared } = this.#keys;
    const counted = { events: this.#events, keys, repeated: this.#repeated, ...this.#tally.counts };
    return { ...counted, compared, examples: this.#examples };
  }
}
