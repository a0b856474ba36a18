import { topicChange } from './topic.change.policy.ts';

describe('a topic that records went to before', () => {
  it.each([
    ['is as it was', 3, 3, undefined],
    ['was deleted', 3, undefined, 'TOPIC_MISSING'],
    ['was created again with fewer partitions', 3, 1, 'TOPIC_PARTITIONS_CHANGED'],
    ['was given more partitions', 3, 6, 'TOPIC_PARTITIONS_CHANGED'],
  ])('%s', (...[, before, now, code]) => {
    expect(topicChange('t', { before, now })?.code).toBe(code);
  });
});
