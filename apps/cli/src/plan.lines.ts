import {
  LEFT_REASONS,
  type LeftReason,
  type Plan,
  type PlannedRecord,
  type PlanTime,
  type PlanTotals,
} from '#planning';
import { counted } from './counted.ts';
import { ageOf, rowsTable } from './operator.command.ts';

/** What a plan says in numbers, as lines for people. */
export function totalsLines(totals: PlanTotals, time: PlanTime | null): string[] {
  const { create, adopt, change, effect, calls, credits, checkCalls, checkCredits } = totals;
  const fields = Object.entries(totals.byField).map(([field, records]) => ({ field, records }));
  const left = Object.entries(totals.left).map(([reason, count]) => ({ reason: reason as LeftReason, count }));
  return [
    `${counted(totals.keys, 'key')} looked at, ${counted(totals.states, 'state')} made anew; as they should be: ${totals.equal} of ${counted(totals.compared, 'record')}`,
    `${counted(change, 'record')} to change, ${create} to make, ${adopt} to adopt; ${counted(effect, 'note or task', 'notes and tasks')} to make`,
    `${counted(calls, 'call')} and ${counted(credits, 'credit')} to write, ${checkCalls} and ${checkCredits} to look once more before`,
    ...(time === null ? [] : [timeLine(time)]),
    `${counted(totals.workflows, 'workflow')} would fire; ${counted(totals.workflowsHeld, 'write')} would have started some in the lane live`,
    ...(totals.setAside === 0 ? [] : [`${counted(totals.setAside, 'event')} would be set aside by this version`]),
    ...(fields.length === 0
      ? []
      : ['', rowsTable(fields, { field: (row) => row.field, records: (row) => String(row.records) })]),
    ...(left.length === 0
      ? []
      : [
          '',
          rowsTable(left, {
            'left alone': (row) => row.reason,
            count: (row) => String(row.count),
            since: (row) => LEFT_REASONS[row.reason],
          }),
        ]),
  ];
}

function timeLine({ seconds, creditsLeft }: PlanTime): string {
  const budget =
    creditsLeft === null ? 'no limit of credits is known' : `${counted(creditsLeft, 'credit')} left for its lane`;
  return `about ${ageOf(seconds)} as the budget stands: ${budget}`;
}

/** Some of the records, one a line; with values one field a line. */
export function recordLines(records: readonly PlannedRecord[], { values, most }: RecordsShown): string[] {
  if (records.length === 0) return [];
  const shown = records.slice(0, most);
  const table = values
    ? rowsTable(
        shown.flatMap(({ recordKey, differences }) => differences.map((each) => ({ recordKey, ...each }))),
        {
          record: (row) => row.recordKey,
          field: (row) => row.field,
          before: (row) => shortened(row.before),
          after: (row) => shortened(row.after),
        },
      )
    : rowsTable(shown, {
        record: (row) => row.recordKey,
        action: (row) => row.action,
        fields: (row) => row.differences.map(({ field }) => field).join(', '),
      });
  const more = records.length - shown.length;
  return ['', table, ...(more === 0 ? [] : [`and ${more} more: --limit, or --json for all`])];
}

export interface RecordsShown {
  readonly values: boolean;
  readonly most: number;
}

function shortened(value: unknown): string {
  const text = value === null ? '' : JSON.stringify(value);
  return text.length <= 24 ? text : `${text.slice(0, 23)}…`;
}

/** A record for programs; values only where they were asked for, since they may be personal data. */
export function recordJson(record: PlannedRecord, values: boolean): object {
  const { connectionId: connection, recordKey, action, module, recordId, differences } = record;
  const fields = differences.map(({ field }) => field);
  return { connection, record: recordKey, action, module, recordId, fields, ...(values ? { differences } : {}) };
}

/** All records of a plan, in the order in which they are applied. */
export function recordsOf({ batches }: Pick<Plan, 'batches'>): PlannedRecord[] {
  return batches.flat().flatMap(({ records }) => [...records]);
}
