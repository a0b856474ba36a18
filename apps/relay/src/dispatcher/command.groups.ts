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

/**
 * Splits claimed commands into calls of at most so many records, oldest first; within a group their order is kept. A conversion
 * has a call of its own. A record appears once in a call, also where people merged two of ours into it.
 */
export function groupCommands(commands: readonly ClaimedCommand[], most = 100): CommandGroup[] {
  const groups = new Map<string, ClaimedCommand[][]>();
  for (const command of commands) {
    const key = keyOf(command);
    const calls = groups.get(key) ?? [];
    groups.set(key, calls);
    const call = calls.find((members) => members.length < most && !members.some((each) => isSameRecord(each, command)));
    if (call === undefined) calls.push([command]);
    else call.push(command);
  }
  return [...groups.values()].flat().flatMap((members) => {
    const [first] = members;
    return first === undefined ? [] : [groupOf(first, members)];
  });
}

function keyOf(command: ClaimedCommand): string {
  const form = formOf(command);
  return JSON.stringify([
    command.connectionId,
    command.link?.module ?? command.module,
    form,
    command.identity.field,
    command.trigger,
    ...(form === 'convert' ? [command.id] : []),
  ]);
}

function isSameRecord(one: ClaimedCommand, other: ClaimedCommand): boolean {
  if (one.operation !== 'write' && one.operation !== 'delete') return false;
  return one.recordKey !== other.recordKey && one.link !== null && one.link.recordId === other.link?.recordId;
}

function groupOf(first: ClaimedCommand, commands: readonly ClaimedCommand[]): CommandGroup {
  return {
    connectionId: first.connectionId,
    module: first.link?.module ?? first.module,
    form: formOf(first),
    identityField: first.identity.field,
    trigger: first.trigger,
    lane: first.lane,
    commands,
  };
}
