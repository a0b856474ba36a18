import type { Restart } from '#stack';
import type { RelayStage } from './relay.stage.ts';
import type { SeededRandom } from './seeded.random.ts';

/** What a fault of the relay has at hand. It leaves at least one relay running. */
export interface RelayScene {
  readonly stage: RelayStage;
  readonly random: SeededRandom;
  /** Resolves when all events of the round are on the topic; they begin to flow when the fault begins. */
  readonly fed: Promise<void>;
  /** Users of the round, and one whose trial the schedule looks at. */
  readonly userIds: readonly string[];
  /** For servers of the campaign's own. */
  readonly restart: { readonly postgres?: Restart; readonly kafka?: Restart };
}

/** One kind of fault. It throws when it could not be played: then the round shows nothing. */
export type RelayFault = (scene: RelayScene) => Promise<void>;
