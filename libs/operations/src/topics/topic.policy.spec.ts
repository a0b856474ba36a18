import { declaredTopics, type DeclaredTopic } from './declared.topics.ts';
import { adviceFor, topicDifferences } from './topic.policy.ts';

const declared = (seed: Partial<DeclaredTopic> = {}): DeclaredTopic => ({
  topic: 't',
  purpose: 'p',
  needed: 'now',
  partitions: 6,
  replication: 3,
  settings: {},
  ...seed,
});
const compact = { 'cleanup.policy': 'compact' };
const kept = (value: string): Record<string, string> => ({ 'retention.ms': value });

describe('topicDifferences', () => {
  it.each<[string, Partial<DeclaredTopic>, Partial<DeclaredTopic>, string[]]>([
    ['nothing', { settings: compact }, { settings: compact }, []],
    ['fewer partitions', {}, { partitions: 3 }, ['partitions 6 3']],
    ['more partitions', {}, { partitions: 12 }, ['partitions 6 12']],
    ['fewer copies', {}, { replication: 1 }, ['replication 3 1']],
    ['more copies', {}, { replication: 5 }, []],
    [
      'another policy',
      { settings: compact },
      { settings: { 'cleanup.policy': 'delete' } },
      ['cleanup.policy compact delete'],
    ],
    ['settings that may not be read', { settings: compact }, {}, []],
    ['a shorter retention', { settings: kept('1000') }, { settings: kept('999') }, ['retention.ms 1000 999']],
    ['a longer one', { settings: kept('1000') }, { settings: kept('1001') }, []],
    ['kept for ever', { settings: kept('1000') }, { settings: kept('-1') }, []],
    ['shall be kept for ever', { settings: kept('-1') }, { settings: kept('1000') }, ['retention.ms -1 1000']],
    ['settings that are not declared', {}, { settings: kept('1') }, []],
  ])('%s', (_what, wanted, ...[has, expected]) => {
    const { topic, partitions, replication, settings } = declared({ ...has });
    const differences = topicDifferences(declared(wanted), { topic, partitions, replication, settings });
    expect(differences.map(({ what, declared: is, actual }) => `${what} ${is} ${actual}`)).toEqual(expected);
  });
});

describe('adviceFor', () => {
  it('names the command for settings, and what has to be thought of for partitions', () => {
    const advice = adviceFor('t', [
      { what: 'partitions', declared: '6', actual: '3' },
      { what: 'cleanup.policy', declared: 'compact', actual: 'delete' },
    ]);
    expect(advice).toContain('Changing publication or topics');
    expect(advice).toContain('kafka-configs --alter --topic t --add-config cleanup.policy=compact');
    expect(adviceFor('t', [])).toBe('');
  });
});

describe('declaredTopics', () => {
  const mappings = [{ product: 'portal', topics: ['user', 'order'], watched: { Leads: ['edit' as const] } }];
  const plan = { partitions: 6, replication: 3, retentionMs: 1000 };
  const topics = declaredTopics({ topicPrefix: 'x.', plan, mappings, watched: ['Leads', 'Sales_Orders'] });

  it('has each topic once: products, the way back, and its own', () => {
    expect(topics.map(({ topic, needed }) => [topic, needed])).toEqual([
      ['x.portal.user', 'now'],
      ['x.portal.order', 'now'],
      ['x.crm.leads', 'later'],
      ['x.crm.sales_orders', 'later'],
      ['x.crm.outcomes', 'later'],
      ['x.causeway.positions', 'now'],
      ['x.causeway.dead-letters', 'later'],
      ['x.causeway.parked-keys', 'later'],
    ]);
  });

  it('keeps events for as long as is declared, and compacts what only the newest counts of', () => {
    const byName = new Map(topics.map((topic) => [topic.topic, topic]));
    expect(byName.get('x.portal.user')?.settings).toEqual({ 'cleanup.policy': 'delete', 'retention.ms': '1000' });
    expect(byName.get('x.causeway.positions')).toMatchObject({
      partitions: 1,
      settings: { 'cleanup.policy': 'compact' },
    });
    const [first] = declaredTopics({
      topicPrefix: '',
      plan: { ...plan, retentionMs: undefined },
      mappings,
      watched: [],
    });
    expect(first?.settings).toEqual({ 'cleanup.policy': 'delete' });
  });
});
