import { topicNames } from './topics.ts';

describe('topicNames', () => {
  it('names topics as the design page does', () => {
    const names = topicNames();
    expect(names.product('portal', 'user')).toBe('portal.user');
    expect(names.crm('Sales_Orders')).toBe('crm.sales_orders');
    expect(names.outcomes).toBe('crm.outcomes');
    expect(names.positions).toBe('causeway.positions');
    expect(names.deadLetters).toBe('causeway.dead-letters');
  });

  it('puts the prefix before every one of them', () => {
    const names = topicNames('test.');
    const all = [
      names.product('portal', 'user'),
      names.crm('Leads'),
      names.outcomes,
      names.positions,
      names.deadLetters,
    ];
    for (const name of all) expect(name).toMatch(/^test\.[a-z]/);
  });
});
