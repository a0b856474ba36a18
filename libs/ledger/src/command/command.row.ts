import type { Command, Lane } from '#contracts';

/** Where a command comes from: what its lifeline shows. */
export interface CommandOrigin {
  readonly connectionId: string;
  readonly product: string;
  readonly entityType: string;
  readonly entityId: string;
  readonly mapping: string;
  readonly mappingVersion: number;
  readonly eventId: string;
  /** RFC 3339. */
  readonly occurredAt: string;
  readonly lane: Lane;
}

export interface NewCommand {
  readonly origin: CommandOrigin;
  readonly command: Command;
}

/** A command that this process holds by lease. Ids are 64-bit, therefore text. */
export interface ClaimedCommand extends Command {
  readonly id: string;
  readonly connectionId: string;
  readonly recordKey: string;
  readonly product: string;
  readonly entityType: string;
  readonly entityId: string;
  readonly tenantId: string;
  readonly eventId: string;
  readonly lane: Lane;
  readonly attempt: number;
  readonly failures: number;
  /** True when an earlier attempt may have taken effect: read before anything else happens to the record. */
  readonly verify: boolean;
  /** The record it goes to, if that is known; its module differs from the command's once a person converted it. */
  readonly link: { readonly module: string; readonly recordId: string; readonly generation: number } | null;
}
