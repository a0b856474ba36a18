import type { Command } from '#contracts';
import type { ClaimedCommand, CommandOrigin, NewCommand } from '#ledger';

/** A write of one field of one Lead: what matters to a spec is said, the rest is made up. */
export function aCommand(seed: Partial<Command> = {}): Command {
  return {
    operation: 'write',
    module: 'Leads',
    identity: { field: 'External_User_ID', value: '42' },
    fields: { Last_Name: 'Lovelace' },
    trigger: ['workflow'],
    whenConverted: 'follow',
    ...seed,
  };
}

export type NewCommandSeed = Partial<CommandOrigin> & { readonly command?: Partial<Command>; readonly user?: string };

/** A command as the mapper inserts it. `user` is a short way to say the identity's value and the entity's id. */
export function aNewCommand({ command, user = '42', ...origin }: NewCommandSeed = {}): NewCommand {
  return {
    origin: {
      connectionId: 'c1',
      product: 'portal',
      entityType: 'user',
      entityId: user,
      mapping: 'signup-lead',
      mappingVersion: 1,
      eventId: 'e1',
      occurredAt: '2026-03-01T10:00:00Z',
      lane: 'live',
      ...origin,
    },
    command: aCommand({ identity: { field: 'External_User_ID', value: user }, ...command }),
  };
}

/** A command as the dispatcher holds it, without a database. */
export function aClaimedCommand(seed: Partial<ClaimedCommand> = {}): ClaimedCommand {
  const command = aCommand(seed);
  return {
    ...command,
    id: '1',
    connectionId: 'c1',
    recordKey: `${command.module}/${command.identity.value}`,
    product: 'portal',
    entityType: 'user',
    entityId: String(command.identity.value),
    tenantId: 'portal',
    eventId: 'e1',
    lane: 'live',
    attempt: 1,
    failures: 0,
    verify: false,
    link: null,
    ...seed,
  };
}
