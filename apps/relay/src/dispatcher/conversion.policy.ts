import type { ClaimedCommand, SettledCommand } from '#ledger';

/** What is said about a command that a person's conversion of its record ended. */
export const CONVERTED = { kind: 'skipped', reason: 'converted' } as const;

/**
 * True when a person converted the record (its link has moved on to another module) and the pack wants nothing more of
 * such a command: a delete, for instance, must not take the Contact that the Lead became.
 */
export function endsByConversion(command: Pick<ClaimedCommand, 'link' | 'module' | 'whenConverted'>): boolean {
  return command.link !== null && command.link.module !== command.module && command.whenConverted === 'skip';
}

/** Splits claimed commands into those that end without a call and those that go out. */
export function splitByConversion(commands: readonly ClaimedCommand[]): {
  readonly ended: SettledCommand[];
  readonly open: ClaimedCommand[];
} {
  const ended = commands.filter(endsByConversion).map((command) => ({ command, outcome: CONVERTED }));
  return { ended, open: commands.filter((command) => !endsByConversion(command)) };
}
