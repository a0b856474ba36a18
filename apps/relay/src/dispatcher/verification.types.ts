import type { ClaimedCommand, SettledCommand } from '#ledger';
import type { Failure } from '#zoho';

/** What reading says about the commands of a group. */
export interface Verification {
  /** They took effect, or it cannot be told yet. */
  readonly settled: readonly SettledCommand[];
  /** They did not take effect, or not wholly: sending them again converges. In the order of the group. */
  readonly toSend: readonly ClaimedCommand[];
  /** Why nothing could be read, if so. */
  readonly failure: Failure | null;
}
