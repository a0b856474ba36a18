import { OutboxContext } from '../test/outbox.context.ts';

let context: OutboxContext;

beforeAll(async () => {
  context = await OutboxContext.open();
});
afterAll(() => context.close());

const ids = async (name: string): Promise<string[]> =>
  (await context.run(`select outbox.${name}() as id from generate_series(1, 2000)`)).map(({ id }) => String(id));

const millisecondsOf = (id: string): number => Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);

describe.each(['uuid_v7', 'uuid_v7_portable'])('outbox.%s()', (name) => {
  it('gives UUIDs of version 7 that carry the time', async () => {
    const before = Date.now();
    const made = await ids(name);
    for (const id of made) {
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(millisecondsOf(id)).toBeGreaterThanOrEqual(before - 1);
      expect(millisecondsOf(id)).toBeLessThanOrEqual(Date.now() + 1);
    }
    expect(new Set(made).size).toBe(made.length);
  });

  it('gives later ids that sort after earlier ones', async () => {
    const [earlier, later] = await context.run(
      `with one as materialized (select outbox.${name}() as id), pause as materialized (select id, pg_sleep(0.003) from one)
       select id from one union all select outbox.${name}() from pause`,
    );
    expect(String(earlier?.['id']) < String(later?.['id'])).toBe(true);
  });
});
