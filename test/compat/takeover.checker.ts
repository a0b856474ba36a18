import type { TopicRecord } from './topic.records.ts';

const SHOWN = 10;

/**
 * What is wrong with the events of a source whose rows are numbered from 1 in commit order: lost, doubled, or out of order within a
 * partition. Empty when each row is there exactly once.
 */
export function findFlaws(
  records: readonly Pick<TopicRecord, 'topic' | 'partition' | 'value'>[],
  written: number,
): string[] {
  const seen = new Map<number, number>();
  const newest = new Map<string, number>();
  const flaws: string[] = [];
  for (const { topic, partition, value } of records) {
    const number = (JSON.parse(String(value)) as { n: number }).n;
    seen.set(number, (seen.get(number) ?? 0) + 1);
    const place = `${topic}/${partition}`;
    if (number < (newest.get(place) ?? 0)) flaws.push(`${number} is behind ${newest.get(place) ?? 0} in ${place}`);
    newest.set(place, number);
  }
  for (let number = 1; number <= written; number += 1) {
    const times = seen.get(number) ?? 0;
    if (times !== 1) flaws.push(`${number} is there ${times} times`);
  }
  if (seen.size > written) flaws.push(`${seen.size - written} were never written`);
  return flaws.length <= SHOWN ? flaws : [...flaws.slice(0, SHOWN), `and ${flaws.length - SHOWN} more`];
}
