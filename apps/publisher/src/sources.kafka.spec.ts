import { randomUUID } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { openPublisher, readOrders, until, type PublisherContext, type Settings } from '../test/publisher.context.ts';
import { loadPublisher } from './publisher.config.ts';

const file = join(tmpdir(), `causeway-sources-${randomUUID()}.yaml`);
let shop: PublisherContext;
let depot: PublisherContext;

beforeEach(async () => {
  [shop, depot] = await Promise.all([openPublisher(), openPublisher()]);
});

afterEach(async () => {
  // The process of both first: a slot that is read cannot be dropped.
  await shop[Symbol.asyncDispose]();
  await depot[Symbol.asyncDispose]();
  rmSync(file, { force: true });
});

/** Settings of a process whose sources the file declares. */
function settings(text: string, depotUrl: string): Settings {
  writeFileSync(file, text);
  const instead = { CAUSEWAY_SOURCE_NAME: '', CAUSEWAY_SOURCE_URL: '', CAUSEWAY_SLOT: '' };
  return { ...instead, CAUSEWAY_SOURCES_FILE: file, SHOP_URL: shop.url, DEPOT_URL: depotUrl };
}

/** Two sources; each has what it needs in the environment of the process. */
function declare(depotUrl: string): Settings {
  const source = (name: string, slot: string): string =>
    `  - { name: ${name}, urlEnv: ${name.toUpperCase()}_URL, slot: ${slot} }\n`;
  return settings(`sources:\n${source('shop', shop.slotName)}${source('depot', depot.slotName)}`, depotUrl);
}

const orders = (source: string): Promise<unknown[]> => shop.read(`${source}.order`).catch(() => []);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Lets connections to a port through to the server of a URL. */
function forward(port: number, url: string): Server {
  const target = new URL(url);
  return createServer((client) => {
    const server = connect({ host: target.hostname, port: Number(target.port) });
    client.pipe(server).pipe(client);
    for (const socket of [client, server]) socket.on('error', () => [client, server].forEach((each) => each.destroy()));
  }).listen(port, '127.0.0.1');
}

describe('several sources in one process', () => {
  it('publishes each to its topics, and a source whose database is away stops no other', async () => {
    const port = await freePort();
    const away = new URL(depot.url);
    [away.hostname, away.port] = ['127.0.0.1', String(port)];
    const publisher = shop.spawn(declare(away.href));
    await publisher.line('streaming');
    await publisher.line('publishing interrupted; trying again');
    await shop.emit('a');
    await readOrders(shop, 1);
    const ready = JSON.parse(await publisher.get('/ready')) as { ready: boolean; parts: Record<string, string> };
    expect(ready).toMatchObject({
      ready: false,
      parts: { shop: 'ok', depot: expect.stringContaining('POSTGRES_UNREACHABLE') as unknown },
    });

    const server = forward(port, depot.url);
    try {
      await until(async () => (await publisher.get('/ready')) === '{"ready":true,"parts":{"shop":"ok","depot":"ok"}}');
      await depot.emit('b');
      await depot.emit('c');
      await until(async () => (await orders('depot')).length === 2);
      expect(await orders('shop')).toHaveLength(1);
      const metrics = await publisher.get('/metrics');
      expect(metrics).toMatch(/^causeway_publisher_rows_total\{source="shop",.*\} 1$/m);
      expect(metrics).toMatch(/^causeway_publisher_rows_total\{source="depot",.*\} 2$/m);
      expect(metrics).toMatch(/^causeway_publisher_state\{state="streaming",source="depot",.*\} 1$/m);
      expect(metrics).toMatch(
        /^causeway_publisher_failures_total\{code="POSTGRES_UNREACHABLE",source="depot",.*\} \d+$/m,
      );
      expect(metrics).not.toMatch(/publisher_failures_total\{.*source="shop"/);
    } finally {
      await publisher.kill('SIGTERM');
      server.close();
    }
    expect([(await shop.slot())?.active, (await depot.slot())?.active]).toEqual([false, false]);
  });

  it('publishes a table of another name', async () => {
    await shop.client.query(`
      create schema app;
      create table app.outbox (like outbox.events including defaults);
      create publication app_outbox for table app.outbox with (publish = 'insert');`);
    const rows = 'rows: {preset: causeway, table: app.outbox}';
    const text = `sources:\n  - {name: shop, urlEnv: SHOP_URL, slot: ${shop.slotName}, publication: app_outbox, ${rows}}\n`;
    const publisher = shop.spawn(settings(text, ''));
    await publisher.line('streaming');
    await shop.emit('not of this table');
    await shop.client.query(
      `insert into app.outbox (aggregate_type, aggregate_id, event_type, payload) values ('order', 'a', 'order.placed', '{}')`,
    );
    expect((await readOrders(shop, 1)).map(({ key }) => key)).toEqual(['a']);
    await publisher.kill('SIGTERM');
  });

  it('refuses settings of one source beside the file', () => {
    const { CAUSEWAY_SOURCES_FILE: only = '' } = declare(depot.url);
    const env = { CAUSEWAY_SOURCES_FILE: only, CAUSEWAY_SOURCE_NAME: 'shop', CAUSEWAY_KAFKA_BROKERS: 'a:1' };
    expect(() => loadPublisher(env)).toThrow(/CAUSEWAY_SOURCE_NAME cannot stand beside CAUSEWAY_SOURCES_FILE/);
  });

  it('lets the file win over the environment, source by source', () => {
    writeFileSync(
      file,
      'sources:\n  - {name: a, urlEnv: A, slot: a, batchRows: 7}\n  - {name: b, urlEnv: A, slot: b}\n',
    );
    const env = {
      CAUSEWAY_SOURCES_FILE: file,
      CAUSEWAY_KAFKA_BROKERS: 'k:1',
      CAUSEWAY_BATCH_ROWS: '9',
      A: 'postgres://a/a',
    };
    expect(loadPublisher(env).sources.map(({ sourceName, batchRows }) => [sourceName, batchRows])).toEqual([
      ['a', 7],
      ['b', 9],
    ]);
  });
});
