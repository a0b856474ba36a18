import type { Outcome } from '#contracts';
import type { ClaimedCommand, SettledCommand } from '#ledger';

const THERE: Outcome = { kind: 'skipped', reason: 'there already' };

/** A record that only has to be there is not written once it has a link: what it holds is somebody else's. Pure. */
export function splitEnsured(commands: readonly ClaimedCommand[]): {
  readonly there: readonly SettledCommand[];
  readonly missing: readonly ClaimedCommand[];
} {
  const isThere = ({ ensure, link }: ClaimedCommand): boolean => ensure === true && link !== null;
  return {
    there: commands.filter(isThere).map((command) => ({ command, outcome: THERE })),
    missing: commands.filter((command) => !isThere(command)),
  };
}
