import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { decodeEvent, type CausewayEvent, type JsonObject } from '#contracts';
import { RecordReader } from '#kafka';
import { sameValue } from '#mapping';
import { loadPack } from '#packs';
import { causeway, type CliResult } from './cli.process.ts';
import { expectedCrm } from './fold.oracle.ts';
import { SystemFixture } from './system.fixture.ts';

/** A pack of orders. The first version has a bug: of large orders it writes cents for euros, and the colour into another field. */
function mappingText(version: number): string {
  const isWrong = `${version === 1} && amount >= 100`;
  return `export default ({ defineMapping, required, text, z }) =>
  defineMapping({
    name: 'orders',
    product: 'shop',
    version: ${version},
    destination: 'zoho-crm',
    events: { 'order.placed': { 1: z.object({ title: required(text), colour: required(text), amount: z.number() }) } },
    initial: {},
    fold: {
      'order.placed': (_state, event) => ({ id: event.subject, ...event.data }),
    },
    project: ({ id, title, colour, amount }) => [
      {
        module: 'Leads',
        identity: { field: 'Order_ID', value: id },
        fields: {
          Last_Name: title,
          Annual_Revenue: ${isWrong} ? amount * 100 : amount,
          ...(${isWrong} ? { City: colour } : { Designation: colour }),
        },
      },
    ],
    setup: { Leads: [{ apiName: 'Order_ID', type: 'text', length: 64, unique: true }] },
    scopes: ['ZohoCRM.modules.leads.ALL', 'ZohoCRM.settings.fields.ALL'],
  });
`;
}

const FIELDS = ['Last_Name', 'Annual_Revenue', 'Designation', 'City'];

export interface Orders {
  /** That many go wrong, and that many do not. */
  readonly wrong: number;
  readonly right: number;
}

/** A system with the buggy pack, in which orders have been placed. */
export class BuggyOrders {
  readonly fixture: SystemFixture;
  /** Folder of the corrected pack, as the one who corrected it has it. */
  readonly fixed: string;
  /** And of the buggy one. */
  readonly buggy: string;
  readonly #deployed: string;
  readonly #folder: string;

  private constructor(fixture: SystemFixture, folder: string) {
    this.fixture = fixture;
    this.#folder = folder;
    this.#deployed = path.join(folder, 'deployed');
    this.fixed = path.join(folder, 'fixed');
    this.buggy = path.join(folder, 'buggy');
  }

  static async start({ wrong, right }: Orders): Promise<BuggyOrders> {
    const folder = await mkdtemp(path.join(tmpdir(), 'causeway-orders-'));
    for (const [name, version] of [
      ['deployed', 1],
      ['buggy', 1],
      ['fixed', 2],
    ] as const) {
      await mkdir(path.join(folder, name));
      await writeFile(path.join(folder, name, 'mapping.mjs'), mappingText(version));
    }
    const fixture = await SystemFixture.start({ pack: path.join(folder, 'deployed'), product: 'shop', watch: {} });
    const orders = new BuggyOrders(fixture, folder);
    await sql`
      select outbox.emit('order', n::text, 'order.placed',
                         jsonb_build_object('title', 'Order ' || n, 'colour', 'blue ' || n, 'amount', case when n <= ${wrong}::integer then 100 + n else 5 end))
        from generate_series(1, ${wrong + right}::integer) n`.execute(fixture.product);
    return orders;
  }

  /** The corrected pack takes the place of the buggy one. */
  async deployFix(): Promise<void> {
    await writeFile(path.join(this.#deployed, 'mapping.mjs'), mappingText(2));
    const relay = this.fixture.service('relay');
    await relay.stop();
    await relay.start();
  }

  verb(...args: string[]): Promise<CliResult> {
    const { integration, secretKey, topicPrefix, kafka } = this.fixture.system.details;
    return causeway(args, {
      CAUSEWAY_INTEGRATION_URL: integration.url,
      CAUSEWAY_SECRET_KEY: secretKey,
      CAUSEWAY_KAFKA_BROKERS: kafka.brokers.join(','),
      CAUSEWAY_TOPIC_PREFIX: topicPrefix,
    });
  }

  /** Leads by order. */
  async leads(): Promise<Map<string, JsonObject>> {
    const records = (await this.fixture.simulator.records('Leads')) as unknown as JsonObject[];
    return new Map(
      records.flatMap((record) => (typeof record['Order_ID'] === 'string' ? [[record['Order_ID'], record]] : [])),
    );
  }

  /** What differs from what a run of the corrected pack alone would have given, by order and field. */
  async differences(): Promise<string[]> {
    const { mapping } = await loadPack(this.fixed);
    const clean = expectedCrm(mapping, await this.#events());
    const there = await this.leads();
    const extra = [...there.keys()].filter((id) => !clean.records.some(({ identity }) => identity.value === id));
    const differing = clean.records.flatMap(({ identity, fields }) => {
      const record = there.get(String(identity.value)) ?? {};
      return FIELDS.filter((field) => !sameValue(record[field] ?? null, fields[field] ?? null)).map(
        (field) => `${identity.value}.${field}`,
      );
    });
    return [...differing, ...extra.map((id) => `${id} is too much`)];
  }

  async #events(): Promise<CausewayEvent[]> {
    const { kafka, topicPrefix } = this.fixture.system.details;
    const events: CausewayEvent[] = [];
    await using reader = new RecordReader({ brokers: kafka.brokers, clientId: 'causeway-test' });
    for (const range of await reader.ranges(`${topicPrefix}shop.order`)) {
      for await (const records of reader.read(range)) events.push(...records.map((record) => decodeEvent(record)));
    }
    return events;
  }

  async stop(): Promise<void> {
    await this.fixture.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
