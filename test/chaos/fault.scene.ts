import type { Restart } from '#stack';
import { until } from '../support/until.ts';
import type { PublisherProcess } from './publisher.process.ts';
import type { PublisherStage } from './publisher.stage.ts';
import type { SeededRandom } from './seeded.random.ts';

/** What a fault has at hand. It leaves at least one publisher running. */
export interface FaultScene {
  readonly stage: PublisherStage;
  readonly random: SeededRandom;
  /** Starts the writers, which then write all the time. Done before the fault, unless it is a quiet one. */
  readonly write: () => void;
  /** Commits one transaction of this many rows, beside the other writers. */
  readonly writeLarge: (rows: number) => Promise<void>;
  /** For servers of the campaign's own. */
  readonly restart: { readonly postgres?: Restart; readonly kafka?: Restart };
}

/** One kind of fault. It throws when it could not be played: then the round shows nothing. */
export type Fault = (scene: FaultScene) => Promise<void>;

/** A batch takes a few milliseconds: a kill within them hits any of its steps. */
export const WITHIN_A_BATCH_MS = 15;

/** Waits until the publisher has counted something more. */
export async function afterNext(publisher: PublisherProcess, metric: string): Promise<void> {
  const before = await publisher.metric(metric);
  await until(`more of ${metric}`, async () => ((await publisher.metric(metric)) > before ? true : null));
}
