import { readOutboxReport, resendWindow, type SourceTarget } from '#operations';
import { openPublisher, until, type PublisherContext } from '../test/publisher.context.ts';

let context: PublisherContext;

beforeEach(async () => {
  context = await openPublisher();
});

afterEach(() => context[Symbol.asyncDispose]());

/** Records of a topic in no order, once there are so many. */
async function readAll(topic: string, count: number) {
  let found: Awaited<ReturnType<PublisherContext['read']>> = [];
  await until(async () => {
    found = await context.read(topic).catch(() => []);
    return found.length >= count;
  });
  return found.toSorted((a, b) => (a.key ?? '').localeCompare(b.key ?? ''));
}

describe('a table beside outbox.events', () => {
  it("of the router's layout: status while it is published, and rows written again are sent as before", async () => {
    const { client } = context;
    await client.query(`
      create table public.router (id uuid primary key default gen_random_uuid(), aggregatetype text, aggregateid text,
        type text, payload jsonb, at timestamp default timezone('utc', now()));
      create publication router_outbox for table public.router`);
    await context.start({
      CAUSEWAY_PRESET: 'debezium-outbox',
      CAUSEWAY_OUTBOX_TABLE: 'public.router',
      CAUSEWAY_PUBLICATION: 'router_outbox',
      CAUSEWAY_DEBEZIUM_OPTIONS: 'table.field.event.timestamp=at',
    });
    await client.query(
      `insert into public.router (aggregatetype, aggregateid, type, payload)
       select 'order', n::text, 'placed', jsonb_build_object('n', n) from generate_series(1, 4) n`,
    );
    const sent = await readAll('outbox.event.order', 4);

    const target: SourceTarget = {
      ...context.target,
      publication: 'router_outbox',
      table: { schema: 'public', table: 'router' },
      preset: 'debezium-outbox',
      timeColumns: ['at'],
    };
    expect(await readOutboxReport(target)).toMatchObject({
      source: 'shop',
      table: 'public.router',
      partitions: [{ name: 'router', rows: 4 }],
      unknownBecause: null,
      wal: { bytesPerSecond: expect.any(Number) as unknown },
      slot: {
        problem: null,
        slot: { name: context.slotName, heldBackBytes: expect.any(Number) as unknown },
        reader: { application: 'causeway-publisher shop' },
      },
    });

    await client.query(`
      begin;
      create temporary table again on commit drop as select * from public.router where aggregateid in ('1', '2');
      delete from public.router o using again a where o.id = a.id;
      insert into public.router select * from again order by at;
      commit`);
    const all = await readAll('outbox.event.order', 6);
    const ofTwo = sent.slice(0, 2);
    expect(all).toHaveLength(6);
    for (const { key, value, headers } of ofTwo) {
      const same = all.filter((record) => record.key === key);
      expect(same.map((record) => [record.value, record.headers])).toEqual([
        [value, headers],
        [value, headers],
      ]);
    }
  });

  it('laid out like it: resent with the records that the publisher made', async () => {
    const { client } = context;
    await client.query(`
      create table public.own (like outbox.events including defaults);
      create publication own_outbox for table public.own`);
    const app = await context.start({ CAUSEWAY_OUTBOX_TABLE: 'public.own', CAUSEWAY_PUBLICATION: 'own_outbox' });
    await client.query(
      `insert into public.own (aggregate_type, aggregate_id, event_type, payload)
       select 'order', n::text, 'order.placed', jsonb_build_object('n', n) from generate_series(1, 3) n`,
    );
    const sent = await readAll('shop.order', 3);
    await app.stop();
    const table = { schema: 'public', table: 'own' };
    const target: SourceTarget = { ...context.target, publication: 'own_outbox', table };
    const window = { from: '2020-01-01T00:00:00Z', to: '9999-01-01T00:00:00Z', besidePublisher: false };
    expect(await resendWindow(target, window)).toEqual({ rows: 3, sent: 3, refused: [] });
    const all = await readAll('shop.order', 6);
    for (const { key, value, headers } of sent) {
      const again = all.find((record) => record.key === key && 'causeway_resent' in record.headers);
      expect(again).toMatchObject({ value, headers });
    }
  });
});
