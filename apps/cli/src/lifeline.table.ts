import type { Json } from '#contracts';
import type { Lifeline, LifelineStep, ShownChange } from '#operations';
import { table } from './table.ts';

/** Longest that a value may be in a table. */
const LONGEST = 32;

/** A lifeline for people: one row a step, and one for each part that it changed. */
export function lifelineLines({ records, steps, isCut, ...entity }: Lifeline): string[] {
  const rows = steps.flatMap((step) => [
    [timeOf(step.at), step.kind, step.what],
    ...step.changes.map((change) => ['', '', `  ${changeText(step, change)}`]),
  ]);
  const held = records.filter(({ until }) => until === null);
  return [
    `${entity.product} ${entity.entityId}, tenant ${entity.tenantId}: ${held.length === 0 ? 'no record in the CRM' : ''}${held.map(({ module, recordId, lostAt }) => `${module} ${recordId}${lostAt === null ? '' : ' (deleted)'}`).join(', ')}`,
    '',
    table(['at (UTC)', 'step', 'what'], rows),
    ...(isCut ? ['', 'there is more; the oldest steps are left out (--limit)'] : []),
  ];
}

/** `2026-03-01 10:00:00.000`. */
export function timeOf(at: Date): string {
  return at.toISOString().replace('T', ' ').replace('Z', '');
}

function changeText({ kind }: LifelineStep, { name, before, after }: ShownChange): string {
  const shown = kind === 'fold' ? `state ${name}` : name;
  return before === undefined ? `${shown}: ${cell(after)}` : `${shown}: ${cell(before)} -> ${cell(after)}`;
}

function cell(value: Json): string {
  if (value === null) return '(empty)';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}
