import { readTimeline, type TimelineStep } from '#operations';
import type { StoryContext } from './story.context.ts';

/** Moments that only the story itself knows, in epoch milliseconds. */
export interface Moments {
  readonly userId: string;
  readonly committedAt: number;
  readonly editedAt: number;
  readonly appliedAt: number;
}

/** The record's timeline as one table: each step with its time since the commit. */
export async function timelineTable({ integration }: StoryContext, moments: Moments): Promise<string> {
  const recorded = await readTimeline(integration, { product: 'portal', entityId: moments.userId });
  const own: TimelineStep[] = [
    { at: new Date(moments.committedAt), step: 'committed', detail: 'insert into users, by the product' },
    { at: new Date(moments.editedAt), step: 'edited', detail: 'Lead_Status, by Sam Sales in the CRM' },
    { at: new Date(moments.appliedAt), step: 'applied', detail: 'users.crm_status, by the product (inbox)' },
  ];
  const steps = [...recorded, ...own].toSorted((a, b) => a.at.getTime() - b.at.getTime());
  const rows = steps.map(({ at, step, detail }) => [sinceCommit(at, moments), step, detail] as const);
  const width = Math.max(...rows.map(([, step]) => step.length));
  const lines = rows.map(([since, step, detail]) => `  ${since.padStart(10)}  ${step.padEnd(width)}  ${detail}`);
  return [`  ${'since'.padStart(10)}  ${'step'.padEnd(width)}  what`, ...lines].join('\n');
}

function sinceCommit(at: Date, { committedAt }: Moments): string {
  return `${at.getTime() - committedAt} ms`;
}
