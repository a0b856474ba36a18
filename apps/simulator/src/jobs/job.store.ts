import type { IdSequence } from '../org/id.sequence.ts';
import type { SimClock } from '../org/sim.clock.ts';

export type JobState = 'ADDED' | 'IN PROGRESS' | 'COMPLETED' | 'FAILED';

/** A piece of work that is done some time after its call was answered. */
export interface Job<T = unknown> {
  readonly id: string;
  readonly kind: string;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly dueAt: number;
  readonly about: T;
  outcome: 'open' | 'COMPLETED' | 'FAILED';
}

interface JobRun {
  readonly run: () => void;
  readonly done: (() => void) | undefined;
}

interface JobStoreOptions {
  readonly ids: IdSequence;
  readonly clock: SimClock;
  readonly durably: (run: () => void) => void;
}

/** Jobs in the order in which they were made. They are in memory alone: a killed process forgets them. */
export class JobStore {
  readonly #options: JobStoreOptions;
  readonly #jobs = new Map<string, Job>();
  readonly #open = new Map<string, JobRun>();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(options: JobStoreOptions) {
    this.#options = options;
  }

  /** A job that runs when the simulator's clock has gone on by so much; `done` is told of its end. */
  add<T>(given: {
    readonly kind: string;
    readonly by: string;
    readonly delayMs: number;
    readonly about: T;
    readonly run: (job: Job<T>) => void;
    readonly done?: (job: Job<T>) => void;
  }): Job<T> {
    const { ids, clock } = this.#options;
    const createdAt = clock.now();
    const job: Job<T> = {
      id: ids.next(),
      kind: given.kind,
      createdAt,
      createdBy: given.by,
      dueAt: createdAt + given.delayMs,
      about: given.about,
      outcome: 'open',
    };
    const { done } = given;
    this.#jobs.set(job.id, job);
    this.#open.set(job.id, { run: () => given.run(job), done: done === undefined ? undefined : () => done(job) });
    this.#wake(given.delayMs);
    return job;
  }

  get(kind: string, id: string): Job | undefined {
    const job = this.#jobs.get(id);
    return job?.kind === kind ? job : undefined;
  }

  all(): Job[] {
    return [...this.#jobs.values()];
  }

  /** How far a job is; half of its time it waits. */
  state(job: Job): JobState {
    if (job.outcome !== 'open') return job.outcome;
    return this.#options.clock.now() < (job.createdAt + job.dueAt) / 2 ? 'ADDED' : 'IN PROGRESS';
  }

  /** Runs what has become due. Called before each call and by a timer, as the clock may be moved. */
  settle(): void {
    for (const [id, { run, done }] of this.#open) {
      const job = this.#jobs.get(id);
      if (job === undefined || job.dueAt > this.#options.clock.now()) continue;
      this.#open.delete(id);
      try {
        this.#options.durably(run);
        job.outcome = 'COMPLETED';
      } catch {
        job.outcome = 'FAILED';
      }
      done?.();
    }
  }

  clear(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#jobs.clear();
    this.#open.clear();
  }

  #wake(delayMs: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.settle();
    }, delayMs);
    timer.unref();
    this.#timers.add(timer);
  }
}
