import type { Lane } from '#contracts';
import type { ClaimedCommand } from '#ledger';

/** How commands of a group go out. `locate`: a delete whose record is known by its identity only. The last three are effects. */
export type CallForm = 'upsert' | 'update' | 'remove' | 'locate' | 'note' | 'task' | 'convert';

/** Commands that can share a call: same connection, module, form and trigger. A record appears once. */
export interface CommandGroup {
  readonly connectionId: string;
  /** The module that the call goes to: that of the link where there is one, since a converted record lives on there. */
  readonly module: string;
  readonly form: CallForm;
  readonly identityField: string;
  readonly trigger: readonly string[];
  /** Whose credits the call uses: the lane of its first command. */
  readonly lane: Lane;
  readonly commands: readonly ClaimedCommand[];
}

export function formOf(command: Pick<ClaimedCommand, 'operation' | 'link'>): CallForm {
  switch (command.operation) {
    case 'write':
      return command.link === null ? 'upsert' : 'update';
    case 'delete':
      return command.link === null ? 'locate' : 'remove';
    default:
      return command.operation;
  }
}

/** Splits claimed commands into calls, oldest first; within a group their order is kept. */
export function groupCommands(commands: readonly ClaimedCommand[]): CommandGroup[] {
  const groups = new Map<string, ClaimedCommand[]>();
  for (const command of commands) {
    const key = JSON.stringify([
      command.connectionId,
      command.link?.module ?? command.module,
      formOf(command),
      command.identity.field,
      command.trigger,
    ]);
    groups.set(key, [...(groups.get(key) ?? []), command]);
  }
  return [...groups.values()].flatMap((members) => {
    const [first] = members;
    if (first === undefined) return [];
    return {
      connectionId: first.connectionId,
      module: first.link?.module ?? first.module,
      form: formOf(first),
      identityField: first.identity.field,
      trigger: first.trigger,
      lane: first.lane,
      commands: members,
    };
  });
}
