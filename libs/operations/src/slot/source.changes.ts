import { topicChange } from '#kafka';
import {
  gapOf,
  inspectPublication,
  publicationChange,
  publicationProblem,
  type SlotVerdict,
  type SqlClient,
  type StoredPosition,
} from '#replication';
import { openTopicAdmin } from './position.side.ts';
import { tableOf, type SlotTarget } from './source.target.ts';

export type StopVerdict = Extract<SlotVerdict, { verdict: 'stop' }>;

/** What else than the slot stops a publisher: the publication, or topics that are not as they were; undefined when nothing does. */
export async function findChanges(
  target: SlotTarget,
  { client, position, now }: { client: SqlClient; position: StoredPosition | undefined; now: string },
): Promise<StopVerdict | undefined> {
  const table = tableOf(target);
  const state = await inspectPublication(client, { name: target.publication, table });
  const problem = publicationProblem(state);
  const gap = gapOf(position, now);
  if (problem !== null) {
    const details = { publication: target.publication, table: `${table.schema}.${table.table}`, problem, ...gap };
    return { verdict: 'stop', code: 'PUBLICATION_MISSING', details };
  }
  const before = position?.publication?.id;
  if (before !== undefined && before !== state.id) {
    const details = { publication: target.publication, change: publicationChange(before, state.id), ...gap };
    return { verdict: 'stop', code: 'PUBLICATION_CHANGED', details };
  }
  const change = await findTopicChange(target, position?.topics ?? {});
  return change === undefined ? undefined : { verdict: 'stop', code: change.code, details: { ...change.details } };
}

async function findTopicChange(target: SlotTarget, before: Readonly<Record<string, number>>) {
  const admin = openTopicAdmin(target);
  try {
    const topics = Object.entries(before);
    const states = await Promise.all(topics.map(([topic]) => admin.describe(topic)));
    return topics
      .map(([topic, partitions], index) => topicChange(topic, { before: partitions, now: states[index]?.partitions }))
      .find((change) => change !== undefined);
  } finally {
    await admin.close();
  }
}
