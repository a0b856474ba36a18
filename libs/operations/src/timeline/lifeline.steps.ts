import type { Json, JsonObject } from '#contracts';
import { editsOf, type PersonsEdit } from './edit.rows.ts';
import { shownChange, valuesBefore } from './field.history.ts';
import type {
  AttemptRow,
  AuditRow,
  CommandRow,
  ConflictRow,
  FoldRow,
  LifelineRows,
  ReadingRow,
  RecordRow,
} from './lifeline.query.ts';
import type { LifelineKind, LifelineStep, ShownChange } from './lifeline.types.ts';

/** Order of what happened in the same millisecond. */
const ORDER: readonly LifelineKind[] = [
  'edit',
  'event',
  'fold',
  'command',
  'merged',
  'call',
  'answer',
  'skipped',
  'link ended',
  'link',
  'link lost',
  'notified',
  'read again',
  'conflict',
  'event out',
  'operator',
];

const NOTHING = {
  connectionId: null,
  recordKey: null,
  commandId: null,
  eventId: null,
  credits: null,
  by: null,
  changes: [],
} as const;

/** The steps of a life, oldest first. Values are shown only where that is asked for. Pure. */
export function stepsOf(newestFirst: LifelineRows, { withValues }: { readonly withValues: boolean }): LifelineStep[] {
  const rows = oldestFirst(newestFirst);
  const edits = editsOf(rows);
  const own = [
    ...eventSteps(rows.folds),
    ...rows.folds.map((fold) => foldStep(fold, { commands: rows.commands, withValues })),
    ...writingSteps(rows.commands, { edits, withValues }),
    ...rows.commands.flatMap(endSteps),
    ...rows.attempts.flatMap((attempt) => attemptSteps(attempt, rows.commands)),
    ...rows.records.flatMap(recordSteps),
    ...rows.readings.flatMap(readingSteps),
    ...rows.conflicts.map(conflictStep),
  ];
  const begin = Math.min(...own.map(({ at }) => at.getTime()));
  // What was done to the whole connection concerns the entity from its first step on.
  const acts = rows.audit.map(auditStep).filter(({ at, recordKey }) => recordKey !== null || at.getTime() >= begin);
  return [...own, ...acts].toSorted(
    (one, other) => one.at.getTime() - other.at.getTime() || ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind),
  );
}

/** So that what happened in the same millisecond stays in its order. */
function oldestFirst(rows: LifelineRows): LifelineRows {
  const { commands, attempts, folds, records, readings, conflicts, audit } = rows;
  return {
    records,
    commands: commands.toReversed(),
    attempts: attempts.toReversed(),
    folds: folds.toReversed(),
    readings: readings.toReversed(),
    conflicts: conflicts.toReversed(),
    audit: audit.toReversed(),
  };
}

/** An event that several mappings, or connections, folded came once. */
function eventSteps(folds: readonly FoldRow[]): LifelineStep[] {
  const events = new Map(folds.filter(({ source }) => source === 'event').map((fold) => [fold.eventId, fold]));
  return [...events.values()].map(({ eventId, eventType, producedAt }) => {
    return { ...NOTHING, at: new Date(producedAt), kind: 'event', what: `${eventType} in Kafka`, eventId };
  });
}

/** Fold and commands are of one transaction, in which the commands are stored first: it is shown in front of them. */
function foldedAt({ mapping, eventId, foldedAt: stored }: FoldRow, commands: readonly CommandRow[]): Date {
  const own = commands.filter((command) => command.eventId === eventId && command.mapping === mapping);
  return new Date(Math.min(...[stored, ...own.map(({ createdAt }) => createdAt)].map((at) => Date.parse(at))));
}

function foldStep(
  fold: FoldRow,
  { commands: all, withValues }: { readonly commands: readonly CommandRow[]; readonly withValues: boolean },
): LifelineStep {
  const { mapping, eventId, eventType, verdict, reason, problems, commands, source, connectionId } = fold;
  const said = reason === null ? verdict : `${verdict} (${reason})`;
  const what = [
    `${said} by ${mapping}`,
    ...(source === 'crm' ? [eventType] : []),
    `${commands} command${commands === 1 ? '' : 's'}`,
    ...problems.map(({ code, field }) => `problem ${code} at ${field}`),
  ].join(', ');
  const changes = Object.entries(fold.changes ?? {}).map(([path, sides]) => stateChange(path, sides, withValues));
  const owner = connectionId === '' ? null : connectionId;
  return { ...NOTHING, at: foldedAt(fold, all), kind: 'fold', what, eventId, connectionId: owner, changes };
}

/** What was too large to be kept has no sides. */
function stateChange(path: string, sides: readonly Json[], withValues: boolean): ShownChange {
  const [before, after = null] = sides;
  return before === undefined ? { name: path, after: '(large)' } : shownChange(path, [before, after], withValues);
}

/** Commands and people's edits, whose fields follow one another. */
function writingSteps(
  commands: readonly CommandRow[],
  { edits, withValues }: { readonly edits: readonly PersonsEdit[]; readonly withValues: boolean },
): LifelineStep[] {
  const writings = [
    ...commands.map((command) => ({
      ...command,
      at: new Date(command.createdAt),
      order: Number(command.id),
      of: 'command' as const,
    })),
    ...edits.map((edit) => ({ ...edit, at: new Date(edit.at), order: 0, of: 'edit' as const })),
  ].toSorted((one, other) => one.at.getTime() - other.at.getTime() || one.order - other.order);
  const before = valuesBefore(writings.map(fieldsOf));
  return writings.map((writing, index) => {
    const known: JsonObject = before[index] ?? {};
    const changes = Object.entries(writing.fields).map(([name, after]) =>
      shownChange(name, [Object.hasOwn(known, name) ? known[name] : undefined, after], withValues),
    );
    const { at, connectionId, recordKey, eventId } = writing;
    const about = { ...NOTHING, at, connectionId, recordKey, eventId, changes };
    if (writing.of === 'command') {
      const { id, operation, lane, mapping, mappingVersion } = writing;
      const what = `#${id} ${operation} ${recordKey}, lane ${lane}, by ${mapping} ${mappingVersion}`;
      return { ...about, kind: 'command', what, commandId: id };
    }
    const { person, kind, recordId } = writing;
    const by = personOf(person, withValues);
    const what = `${by ?? 'somebody'} ${kind} ${moduleOf(recordKey)} ${recordId}`;
    return { ...about, kind: 'edit', what, by };
  });
}

/** Fields of notes, tasks and conversions are none of the record's. */
function fieldsOf(writing: {
  recordKey: string;
  fields: JsonObject;
  before?: JsonObject;
  operation?: string;
  id?: string;
}) {
  const isEffect = writing.operation !== undefined && writing.operation !== 'write';
  const { recordKey, fields, before } = writing;
  const key = isEffect ? `${recordKey}#${writing.id ?? ''}` : recordKey;
  return { recordKey: key, fields, ...(before === undefined ? {} : { before }) };
}

function personOf(person: PersonsEdit['person'], withValues: boolean): string | null {
  if (person === null) return null;
  return withValues && person.name !== null ? person.name : `user ${person.id}`;
}

/** How a command ended without a call. */
function endSteps(command: CommandRow): LifelineStep[] {
  const { id, state, finishedAt, mergedInto, reason, connectionId, recordKey } = command;
  if (finishedAt === null || state !== 'skipped') return [];
  const about = { ...NOTHING, at: new Date(finishedAt), commandId: id, connectionId, recordKey };
  if (mergedInto !== null) return [{ ...about, kind: 'merged', what: `#${id} into #${mergedInto}` }];
  return [{ ...about, kind: 'skipped', what: `#${id} ${reason ?? ''}`.trimEnd() }];
}

function attemptSteps(attempt: AttemptRow, commands: readonly CommandRow[]): LifelineStep[] {
  const { commandId, number, startedAt, finishedAt, outcome, code, reason, credits } = attempt;
  const of = commands.find(({ id }) => id === commandId);
  const { connectionId = null, recordKey = null } = of ?? {};
  const about = { ...NOTHING, commandId, connectionId, recordKey };
  const call: LifelineStep = {
    ...about,
    at: new Date(startedAt),
    kind: 'call',
    what: `#${commandId} attempt ${number}`,
  };
  if (finishedAt === null) return [call];
  const words = [
    `#${commandId} ${outcome ?? ''}`,
    ...(code === null ? [] : [code]),
    ...(reason === 'saved' ? ['(saved)'] : []),
  ];
  const what = `${words.join(' ')}${credits === null ? '' : `, ${creditsText(credits)}`}`;
  return [call, { ...about, at: new Date(finishedAt), kind: 'answer', what, credits }];
}

function creditsText(credits: number): string {
  const rounded = Math.round(credits * 100) / 100;
  return rounded === 1 ? '1 credit' : `${rounded} credits`;
}

function recordSteps({
  connectionId,
  recordKey,
  module,
  recordId,
  generation,
  since,
  until,
  lostAt,
}: RecordRow): LifelineStep[] {
  const about = { ...NOTHING, connectionId, recordKey };
  const what = `${module} ${recordId}, generation ${generation}`;
  return [
    { ...about, at: new Date(since), kind: 'link', what },
    ...(until === null ? [] : [{ ...about, at: new Date(until), kind: 'link ended' as const, what }]),
    ...(lostAt === null ? [] : [{ ...about, at: new Date(lostAt), kind: 'link lost' as const, what }]),
  ];
}

function readingSteps(reading: ReadingRow): LifelineStep[] {
  const { connectionId, recordKey, module, recordId, notifiedAt, readAt, result, changedFields } = reading;
  const { eventId, eventType, eventAt } = reading;
  const about = { ...NOTHING, connectionId, recordKey };
  const fields = changedFields.length === 0 ? '' : `: ${changedFields.join(', ')}`;
  return [
    { ...about, at: new Date(notifiedAt), kind: 'notified', what: `${module} ${recordId}` },
    { ...about, at: new Date(readAt), kind: 'read again', what: `${result}${fields}` },
    ...(eventType === null || eventAt === null
      ? []
      : [
          { ...about, at: new Date(eventAt), kind: 'event out' as const, what: `${eventType} to the product`, eventId },
        ]),
  ];
}

function conflictStep({ connectionId, recordKey, kind, field, restored, recordedAt }: ConflictRow): LifelineStep {
  const what = [kind, ...(field === null ? [] : [`of ${field}`]), restored ? 'put back' : 'left standing'].join(' ');
  return { ...NOTHING, at: new Date(recordedAt), kind: 'conflict', what, connectionId, recordKey };
}

function auditStep({ at, by, verb, reason, connectionId, recordKey, commandId }: AuditRow): LifelineStep {
  const what = `${verb} by ${by}: ${reason}`;
  return { ...NOTHING, at: new Date(at), kind: 'operator', what, connectionId, recordKey, commandId, by };
}

function moduleOf(recordKey: string): string {
  return recordKey.slice(0, recordKey.indexOf('/'));
}
