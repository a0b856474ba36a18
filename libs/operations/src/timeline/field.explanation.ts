import type { Json } from '#contracts';
import { editsOf, type PersonsEdit } from './edit.rows.ts';
import { hidden } from './field.history.ts';
import type { EchoRow, FieldCommandRow, FieldRows } from './field.query.ts';
import type { FoldRow } from './lifeline.query.ts';

/** What gave the field its value. */
export interface FieldCause {
  /** `event`: the product; `edit`: a person in the CRM; `operator`: one who edited the command; `unknown`: it is not kept any more. */
  readonly kind: 'event' | 'edit' | 'operator' | 'unknown';
  readonly at: Date | null;
  readonly eventId: string | null;
  readonly eventType: string | null;
  readonly mapping: string | null;
  readonly by: string | null;
  /** Parts of the state that the fold changed. */
  readonly state: readonly string[];
}

export interface CommandBrief {
  readonly id: string;
  readonly state: string;
  readonly lane: string;
  readonly code: string | null;
}

export interface FieldExplanation {
  readonly connectionId: string;
  readonly recordKey: string;
  readonly field: string;
  /** Hidden unless values are asked for. */
  readonly value: Json;
  readonly cause: FieldCause;
  /** What carried the value; null where a person set it, or where it is pruned. */
  readonly command: CommandBrief | null;
  /** When the CRM said that it has it; null where it has not. */
  readonly acknowledgedAt: Date | null;
  /** A newer value that is not in the CRM; null for none. */
  readonly pending: CommandBrief | null;
  /** The same in words: three lines at most. */
  readonly lines: readonly string[];
}

export interface Explained {
  readonly field: string;
  readonly withValues: boolean;
}

/** What is known of the value of one record's field. */
interface Standing {
  readonly echo: EchoRow | undefined;
  /** The command that sent the value, or will. */
  readonly carrier: FieldCommandRow | undefined;
  /** The command that asked for it: the carrier, or one that was merged into it. */
  readonly origin: FieldCommandRow | undefined;
  readonly edit: PersonsEdit | undefined;
  readonly pending: FieldCommandRow | undefined;
}

/** Why a field has its value; null where nothing is known of it. Of several records the one that was changed last counts. Pure. */
export function explanationOf(rows: FieldRows, { field, withValues }: Explained): FieldExplanation | null {
  const echo = rows.echoes.toSorted((one, other) => Date.parse(other.at) - Date.parse(one.at))[0];
  const [newest] = rows.commands;
  const place = echo ?? newest;
  if (place === undefined) return null;
  const { connectionId, recordKey } = place;
  const commands = rows.commands.filter((each) => each.connectionId === connectionId && each.recordKey === recordKey);
  const standing = standingOf(rows, { echo, commands, recordKey, field });
  const { carrier, pending } = standing;
  const value = echo?.value ?? carrier?.sentFields[field] ?? null;
  const cause = causeOf(rows, { ...standing, field, withValues });
  const acknowledgedAt = acknowledgedOf(echo, carrier);
  const brief = { connectionId, recordKey, field, value: withValues ? value : hidden(value), cause, acknowledgedAt };
  const found = { ...brief, command: briefOf(carrier), pending: briefOf(pending) };
  return { ...found, lines: linesOf(rows, { ...found, standing }) };
}

function standingOf(
  rows: FieldRows,
  of: {
    readonly echo: EchoRow | undefined;
    readonly commands: readonly FieldCommandRow[];
    readonly recordKey: string;
    readonly field: string;
  },
): Standing {
  const { echo, commands, recordKey, field } = of;
  const heads = commands.filter(({ mergedInto }) => mergedInto === null);
  const isSeen = echo?.source === 'seen';
  const carrier = isSeen ? undefined : (heads.find(({ id }) => id === echo?.sentBy) ?? lastDone(heads, echo));
  const merged = commands.filter(({ mergedInto }) => mergedInto !== null && mergedInto === carrier?.id);
  const edit = editsOf(rows)
    .filter((each) => each.recordKey === recordKey && Object.hasOwn(each.fields, field))
    .toSorted((one, other) => Date.parse(other.at) - Date.parse(one.at))[0];
  const since = Number(carrier?.id ?? 0);
  const pending = heads.find(({ id, state }) => isOpen(state) && (Number(id) > since || isSeen));
  return { echo, carrier, origin: merged[0] ?? carrier, edit, pending: pending === carrier ? undefined : pending };
}

/** Where the echo does not name its command any more: the last one that ended well, or what there is. */
function lastDone(heads: readonly FieldCommandRow[], echo: EchoRow | undefined): FieldCommandRow | undefined {
  return heads.find(({ state }) => state === 'succeeded') ?? (echo === undefined ? heads[0] : undefined);
}

function isOpen(state: string): boolean {
  return state !== 'succeeded' && state !== 'skipped';
}

function acknowledgedOf(echo: EchoRow | undefined, carrier: FieldCommandRow | undefined): Date | null {
  if (echo?.source === 'seen') return new Date(echo.at);
  const isDone = carrier?.state === 'succeeded' && carrier.outcome === 'succeeded' && carrier.attemptedAt !== null;
  return isDone ? new Date(carrier.attemptedAt ?? '') : null;
}

function causeOf(
  { folds, edits }: FieldRows,
  { echo, origin, carrier, edit, field, withValues }: Standing & Explained,
): FieldCause {
  const nothing = { at: null, eventId: null, eventType: null, mapping: null, by: null, state: [] };
  if (echo?.source === 'seen') {
    if (edit === undefined) return { ...nothing, kind: 'edit', at: new Date(echo.at) };
    return { ...nothing, kind: 'edit', at: new Date(edit.at), eventId: edit.eventId, by: nameOf(edit, withValues) };
  }
  if (origin === undefined || carrier === undefined) return { ...nothing, kind: 'unknown' };
  const fold = folds.find(({ eventId, mapping }) => eventId === origin.eventId && mapping === origin.mapping);
  const told = {
    ...nothing,
    ...foldCause(fold),
    eventId: origin.eventId,
    mapping: `${origin.mapping} ${origin.mappingVersion}`,
  };
  const operator = edits.findLast(({ commandId }) => commandId === carrier.id);
  const asked = carrier.originalFields?.[field];
  if (operator !== undefined && JSON.stringify(asked) !== JSON.stringify(carrier.sentFields[field]))
    return { ...told, kind: 'operator', at: new Date(operator.at), by: operator.by };
  return { ...told, kind: 'event' };
}

function foldCause(fold: FoldRow | undefined): Pick<FieldCause, 'at' | 'eventType' | 'state'> {
  if (fold === undefined) return { at: null, eventType: null, state: [] };
  return { at: new Date(fold.producedAt), eventType: fold.eventType, state: Object.keys(fold.changes ?? {}) };
}

function nameOf({ person }: PersonsEdit, withValues: boolean): string | null {
  if (person === null) return null;
  return withValues && person.name !== null ? person.name : `user ${person.id}`;
}

function briefOf(command: FieldCommandRow | undefined): CommandBrief | null {
  if (command === undefined) return null;
  const { id, state, lane, code } = command;
  return { id, state, lane, code };
}

type Told = Omit<FieldExplanation, 'lines'> & { readonly standing: Standing };

function linesOf(rows: FieldRows, told: Told): string[] {
  const { recordKey, field, value } = told;
  const shown = value === null ? '(empty)' : typeof value === 'string' ? value : JSON.stringify(value);
  return [
    `${recordKey} ${field} is ${shown}: ${causeText(told)}.`,
    carrierText(rows, told),
    endText(rows, told),
  ].flatMap((line) => line ?? []);
}

function causeText({ cause }: Told): string {
  const { kind, at, by, eventType, eventId, mapping, state } = cause;
  const when = at === null ? '' : ` at ${timeText(at)}`;
  if (kind === 'edit') return `${by ?? 'somebody'} set it in the CRM${when}`;
  if (kind === 'unknown') return 'what gave it is not kept any more';
  const changed = state.length === 0 ? '' : `, which changed ${listText(state)}`;
  const event = `${eventType ?? 'an event'} ${eventId ?? ''}`.trimEnd();
  const told = `${event}${kind === 'event' ? when : ''}, folded by ${mapping ?? ''}${changed}`;
  return kind === 'event' ? told : `${by ?? 'an operator'} edited the command${when} in place of ${told}`;
}

function carrierText(
  { links }: FieldRows,
  { command, standing, connectionId, recordKey, acknowledgedAt }: Told,
): string | null {
  const link = links.find((each) => each.connectionId === connectionId && each.recordKey === recordKey);
  const record = link === undefined ? recordKey : `${link.module} ${link.recordId}`;
  if (standing.echo?.source === 'seen')
    return `It was read of ${record}${acknowledgedAt === null ? '' : ` at ${timeText(acknowledgedAt)}`}; no command carried it.`;
  if (command === null) return null;
  const { origin, carrier } = standing;
  const merged = origin === carrier || origin === undefined ? '' : `, into which #${origin.id} was merged`;
  return `Command #${command.id} (lane ${command.lane}) carried it to ${record}${merged}.`;
}

function endText(
  { conflicts }: FieldRows,
  { command, acknowledgedAt, pending, standing, recordKey, field }: Told,
): string | null {
  if (pending !== null) return `A newer value waits: command #${pending.id} is ${stateText(pending)}.`;
  const conflict = conflicts.find((each) => each.recordKey === recordKey && each.field === field);
  if (standing.echo?.source === 'seen') {
    if (conflict === undefined) return null;
    return conflict.restored
      ? 'The product owns it: it is put back.'
      : 'The product says otherwise; it is left standing.';
  }
  if (command === null) return null;
  if (acknowledgedAt === null) return `The CRM has not acknowledged it: the command is ${stateText(command)}.`;
  const saved = standing.carrier?.attemptReason === 'saved';
  const when = timeText(acknowledgedAt);
  const said = saved ? `It was not sent at ${when}, since the CRM had it` : `The CRM acknowledged it at ${when}`;
  const isBack = standing.edit !== undefined && Date.parse(standing.edit.at) < acknowledgedAt.getTime();
  return isBack && conflict?.restored === true ? `${said}; before, a person had changed it in the CRM.` : `${said}.`;
}

function stateText({ state, code }: CommandBrief): string {
  return code === null ? state : `${state} (${code})`;
}

/** `2026-03-01 10:00:00.000 UTC`. */
function timeText(at: Date): string {
  return at.toISOString().replace('T', ' ').replace('Z', ' UTC');
}

function listText(names: readonly string[]): string {
  return names.length <= 4 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
}
