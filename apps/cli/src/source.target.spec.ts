import { sourceTarget } from './source.target.ts';

const env = {
  CAUSEWAY_SOURCE_NAME: 'shop',
  CAUSEWAY_SOURCE_URL: 'postgres://publisher@db.test/shop',
  CAUSEWAY_SLOT: 'shop',
  CAUSEWAY_KAFKA_BROKERS: 'kafka.test:9092',
};
const router = { CAUSEWAY_PRESET: 'debezium-outbox', CAUSEWAY_OUTBOX_TABLE: 'public.outbox' };
const column = { CAUSEWAY_OUTBOX_TIME_COLUMN: 'written' };

describe('the table of the source that the environment names', () => {
  it.each([
    { what: 'ours, whatever column another has', more: column, expected: ['causeway', 'outbox.events', 'created_at'] },
    {
      what: 'one laid out like ours',
      more: { CAUSEWAY_OUTBOX_TABLE: 'public.own', ...column },
      expected: ['causeway', 'public.own', 'written', 'created_at'],
    },
    { what: "the router's, without a time", more: router, expected: ['debezium-outbox', 'public.outbox'] },
    {
      what: "the router's with both times",
      more: { ...router, ...column, CAUSEWAY_DEBEZIUM_OPTIONS: 'table.field.event.timestamp=at' },
      expected: ['debezium-outbox', 'public.outbox', 'written', 'at'],
    },
  ])('is $what', async ({ more, expected }) => {
    const { preset, table, timeColumns = [] } = await sourceTarget({}, { ...env, ...more });
    expect([preset, `${table?.schema}.${table?.table}`, ...timeColumns]).toEqual(expected);
  });

  it('is refused where the publisher would refuse it', async () => {
    const wrong = sourceTarget({}, { ...env, ...router, CAUSEWAY_DEBEZIUM_OPTIONS: 'table.field.event.time=at' });
    await expect(wrong).rejects.toThrow(/CONFIG_INVALID.*CAUSEWAY_DEBEZIUM_OPTIONS/);
  });
});
