import { readTimeline, type LifelineStep } from '#operations';
import type { StoryContext } from './story.context.ts';

/** Moments that only the story itself knows, in epoch milliseconds. */
export interface Moments {
  readonly userId: string;
  readonly committedAt: number;
  readonly editedAt: number;
  readonly appliedAt: number;
}

type TableStep = Pick<LifelineStep, 'at' | 'what'> & { readonly kind: string };

/** The record's timeline as one table: each step with its time since the commit. */
export async function timelineTable({ integration }: StoryContext, moments: Moments): Promise<string> {
  const mappings = [{ name: 'signup-lead', product: 'portal' }];
  const entity = { product: 'portal', tenantId: 'portal', entityId: moments.userId };
  const { steps: recorded } = await readTimeline(integration, { ...entity, mappings });
  const own: TableStep[] = [
    { at: new Date(moments.committedAt), kind: 'committed', what: 'insert into users, by the product' },
    { at: new Date(moments.editedAt), kind: 'edited', what: 'Lead_Status, by Sam Sales in the CRM' },
    { at: new Date(moments.appliedAt), kind: 'applied', what: 'users.crm_status, by the product (inbox)' },
  ];
  // The CRM tells the time of an edit in whole seconds: the story knows it better.
  const told = recorded.filter(({ kind }) => kind !== 'edit');
  const steps = [...told, ...own].toSorted((a, b) => a.at.getTime() - b.at.getTime());
  const rows = steps.map(({ at, kind, what }) => [sinceCommit(at, moments), kind, what] as const);
  const width = Math.max(...rows.map(([, step]) => step.length));
  const lines = rows.map(([since, step, detail]) => `  ${since.padStart(10)}  ${step.padEnd(width)}  ${detail}`);
  return [`  ${'since'.padStart(10)}  ${'step'.padEnd(width)}  what`, ...lines].join('\n');
}

function sinceCommit(at: Date, { committedAt }: Moments): string {
  return `${at.getTime() - committedAt} ms`;
}
