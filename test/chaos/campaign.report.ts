import type { WriteStream } from 'node:tty';
import { COUNTERS, type Counters, type Findings } from './campaign.checker.ts';

const BAR_WIDTH = 30;
const CLEAR_LINE = '\r\u001B[K';

/** How a round went, of whatever campaign. */
export interface ReportedRound extends Findings {
  readonly round: number;
  readonly fault: string;
  /** What the round was played with, and how much went through it. */
  readonly detail: string;
  readonly amount: number;
  readonly settleMs: number;
  readonly unplayed?: string;
  readonly alarms: readonly string[];
}

export interface ReportedCampaign extends Counters {
  readonly rounds: number;
  readonly amount: number;
  readonly unplayed: number;
  readonly alarms: number;
  readonly faults: Readonly<Partial<Record<string, number>>>;
  readonly skipped: readonly string[];
}

/** Names of what differs from campaign to campaign. */
export interface CampaignWords {
  readonly detail: string;
  readonly amount: string;
  /** What calls for a person, with its article. */
  readonly service: string;
}

/** A campaign for people: a line for each round, and on a terminal a bar below them. */
export class CampaignReport {
  readonly #out: Pick<WriteStream, 'write' | 'isTTY'>;
  readonly #rounds: number;
  readonly #words: CampaignWords;
  readonly #startedAt = performance.now();

  constructor(out: Pick<WriteStream, 'write' | 'isTTY'>, { rounds, ...words }: CampaignWords & { rounds: number }) {
    this.#out = out;
    this.#words = words;
    this.#rounds = rounds;
  }

  head(title: string): void {
    this.#line(title);
    const { detail, amount } = this.#words;
    this.#cells(['round', 'fault', detail, amount, 'settled ms', ...COUNTERS]);
    this.#bar(0);
  }

  round(report: ReportedRound): void {
    const { round, fault, detail, amount, settleMs, unplayed, examples, alarms } = report;
    this.#cells([round, fault, detail, amount, settleMs, ...numbersOf(report)]);
    const remarks = [...(unplayed === undefined ? [] : [`not played: ${unplayed}`]), ...examples, ...alarms];
    for (const remark of remarks) this.#line(`       ${remark}`);
    this.#bar(round);
  }

  end(result: ReportedCampaign): void {
    const { rounds, amount, unplayed, alarms, faults, skipped } = result;
    this.#cells(['all', `${Object.keys(faults).length} kinds of faults`, '', amount, '', ...numbersOf(result)]);
    if (skipped.length > 0)
      this.#line(`left out, because these servers are not the campaign's own: ${skipped.join(', ')}`);
    if (unplayed > 0) this.#line(`${unplayed} of ${rounds} rounds could not play their fault`);
    if (alarms > 0) this.#line(`in ${alarms} of ${rounds} rounds ${this.#words.service} called for a person`);
    this.#line(`${Math.round((performance.now() - this.#startedAt) / 1000)} s`);
  }

  #cells([round, fault, detail, ...numbers]: readonly (string | number)[]): void {
    const columns = numbers.map((cell) => String(cell).padStart(11)).join('');
    this.#line(`${String(round).padStart(5)}  ${String(fault).padEnd(47)}${String(detail).padEnd(14)}${columns}`);
  }

  #line(text: string): void {
    this.#out.write(`${this.#out.isTTY ? CLEAR_LINE : ''}${text}\n`);
  }

  #bar(done: number): void {
    if (!this.#out.isTTY || done >= this.#rounds) return;
    const filled = Math.round((done / this.#rounds) * BAR_WIDTH);
    const spent = (performance.now() - this.#startedAt) / 1000;
    const left = done === 0 ? '' : `, about ${Math.ceil(((spent / done) * (this.#rounds - done)) / 60)} min left`;
    const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}`;
    this.#out.write(`${CLEAR_LINE}${bar} ${done} of ${this.#rounds}${left}`);
  }
}

const numbersOf = (counters: Counters): number[] => COUNTERS.map((name) => counters[name]);
