import { connect } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import fc from 'fast-check';
import { sql } from 'kysely';
import { Health } from '#observability';
import { integrationDatabase, type IntegrationContext } from '#testing';
import { box, webhooksParts, type WebhooksParts } from '../../test/webhooks.parts.ts';
import { ensureChannel, type Channel } from '../channel/channel.store.ts';
import { processDeliveries } from '../dirty/delivery.processor.ts';
import { GapMemory } from '../gap/gap.memory.ts';
import { OpsParts } from '../ops.controller.ts';
import { createApp } from '../webhooks.app.ts';
import { WebhooksContext } from '../webhooks.context.ts';
import { ChannelDirectory } from './channel.directory.ts';
import { IngestService } from './ingest.service.ts';

/** Requests in all: runs times requests of one run, which are sent at the same time. */
const [RUNS, AT_ONCE] = [400, 50];
/** What may be answered to anybody, whatever he sends. There is no 5xx among them while Postgres is there. */
const ALLOWED = new Set([200, 400, 401, 404, 405, 408, 413, 414, 415, 417, 426, 429, 431]);

let context: IntegrationContext;
let parts: WebhooksParts;
let app: NestFastifyApplication;
let port: number;
let channel: Channel;
let others: Channel;

beforeAll(async () => {
  context = await integrationDatabase('ingestfuzz');
  await context.addConnection();
  await context.addConnection({ id: 'c2', tenantId: 'other' });
  const wanted = { module: 'Leads', fields: [], events: ['edit'] };
  channel = await ensureChannel(context.db, box, { connectionId: 'c1', ...wanted });
  others = await ensureChannel(context.db, box, { connectionId: 'c2', ...wanted });
  parts = webhooksParts();
  const { db } = context;
  const { logger, metrics, registry } = parts;
  const gaps = new GapMemory({ db, logger });
  const channels = new ChannelDirectory({ db, box });
  app = await createApp({
    context: new WebhooksContext({ db, logger, metrics }),
    ingest: new IngestService({ db, channels, gaps, ratePerSecond: 1_000_000 }),
    ops: new OpsParts({ health: new Health(), registry }),
  });
  await app.listen(0, '127.0.0.1');
  port = Number(new URL(await app.getUrl()).port);
});
afterAll(async () => {
  await app.close();
  await context[Symbol.asyncDispose]();
});

/** Headers that say where a body ends: who lies in them could wait for ever, and therefore says that no more comes. */
const FRAMING = /^(content-length|transfer-encoding|expect)$/i;

/** Sends a request as it is and gives the status of the answer; null: the connection was closed without one. */
function send(fuzzed: Fuzzed): Promise<number | null> {
  const bytes = bytesOf(fuzzed);
  const endsAtOnce = fuzzed.headers.some(([name, value]) => FRAMING.test(name) || /[\r\n]/.test(name + value));
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => (endsAtOnce ? socket.end(bytes) : socket.write(bytes)));
    socket.on('data', (chunk) => (answer += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(statusOf(answer)));
  });
}

/** The status of the answer, whatever was said in between (100 Continue). */
function statusOf(answer: string): number | null {
  const final = /(?:^|\r\n\r\n)HTTP\/1\.1 ([2-5]\d\d)/.exec(answer)?.[1];
  return final === undefined ? null : Number(final);
}

interface Fuzzed {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
  /** It has the right address and the right token, as far as one can tell from outside. */
  readonly isTrue: boolean;
}

const bytesOf = ({ method, path, headers, body }: Fuzzed): Buffer => {
  const lines = [
    `${method} ${path} HTTP/1.1`,
    'host: x',
    'connection: close',
    ...headers.map((each) => each.join(': ')),
  ];
  if (!headers.some(([name]) => /^(content-length|transfer-encoding)$/i.test(name)))
    lines.push(`content-length: ${body.length}`);
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
};

const anything = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc.jsonValue().map((value) => JSON.stringify(value)),
);
const headerName = fc.oneof(
  fc.constantFrom(
    'content-type',
    'content-length',
    'transfer-encoding',
    'expect',
    'cookie',
    'authorization',
    'content-encoding',
  ),
  fc.stringMatching(/^[a-z-]{1,20}$/),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const headerValue = fc.oneof(
  fc.constantFrom('application/json', 'text/xml', 'chunked', '0', '-1', '99999999999', '100-continue', 'gzip', ''),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constant('x'.repeat(20_000)),
);
const ids = fc.array(fc.oneof(fc.string(), fc.integer(), fc.jsonValue(), fc.stringMatching(/^\w{1,20}$/)), {
  maxLength: 5,
});

/** A notification whose parts are right or made up. */
const notification = fc
  .record({
    token: fc.oneof(fc.constant('right'), fc.constant('of another tenant'), fc.string(), fc.jsonValue()),
    module: fc.oneof(fc.constant('Leads'), fc.string(), fc.jsonValue()),
    channel_id: fc.oneof(fc.constant('of another tenant'), fc.jsonValue()),
    ids,
    rest: fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 }),
  })
  .map(({ token, module, channel_id: id, ids: named, rest }) => {
    const secret = token === 'right' ? channel.token : token === 'of another tenant' ? others.token : token;
    const channelId = id === 'of another tenant' ? others.id : id;
    const body = { ...rest, token: secret, module, channel_id: channelId, ids: named };
    return { body: Buffer.from(JSON.stringify(body)), isRight: token === 'right' };
  });

const request = fc
  .record({
    method: fc.oneof(
      { weight: 8, arbitrary: fc.constant('POST') },
      fc.constantFrom('GET', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH', 'P\u00d6ST'),
    ),
    address: fc.oneof(
      { weight: 4, arbitrary: fc.constant('right') },
      fc.constantFrom('', '%', '%00', '..%2f..%2fmetrics', 'x'.repeat(500), '?a=b', '//', '%ff%fe'),
      fc.string({ unit: 'binary', maxLength: 50 }),
    ),
    headers: fc.oneof(
      { weight: 3, arbitrary: fc.constant<[string, string][]>([]) },
      fc.array(fc.tuple(headerName, headerValue), { maxLength: 4 }),
    ),
    body: fc.oneof(
      notification,
      anything.map((text) => ({ body: Buffer.from(text), isRight: false })),
      fc.uint8Array({ maxLength: 200 }).map((bytes) => ({ body: Buffer.from(bytes), isRight: false })),
    ),
  })
  .map(({ method, address, headers, body }): Fuzzed => {
    const path = `/notifications/${address === 'right' ? channel.address : address}`;
    return { method, path, headers, body: body.body, isTrue: method === 'POST' && address === 'right' && body.isRight };
  });

/** All that somebody could have changed, but for deliveries. */
async function state(): Promise<unknown> {
  const { rows } = await sql`
    select (select jsonb_agg(to_jsonb(c) - 'last_notified_at' order by id) from webhooks.channels c) as channels,
           (select count(*)::integer from webhooks.gaps) as gaps, (select count(*)::integer from webhooks.dirty) as dirty,
           (select count(*)::integer from webhooks.readings) as readings, (select count(*)::integer from outbox.events) as events,
           (select jsonb_agg(n order by id) from connections.connections n) as connections`.execute(context.db);
  return rows;
}

const stored = async (): Promise<number> =>
  (await sql<{ count: number }>`select count(*)::integer as count from webhooks.deliveries`.execute(context.db)).rows[0]
    ?.count ?? 0;

it(`${RUNS * AT_ONCE} requests of any kind: no 5xx, no crash, nothing stored without address and token, nothing else changed`, async () => {
  const before = await state();
  const together = fc.array(request, { minLength: AT_ONCE, maxLength: AT_ONCE });
  await fc.assert(
    fc.asyncProperty(together, async (requests) => {
      const had = await stored();
      const statuses = await Promise.all(requests.map((each) => send(each)));
      for (const [index, status] of statuses.entries()) {
        const isTrue = requests[index]?.isTrue === true;
        const isFine = status === null || (ALLOWED.has(status) && (status !== 200 || isTrue));
        if (!isFine) throw new Error(`HTTP ${status} to request ${index}`);
      }
      const grown = (await stored()) - had;
      expect(grown).toBeGreaterThanOrEqual(statuses.filter((status) => status === 200).length);
      // Of what was cut off before its answer some may have been stored; all of that had address and token.
      expect(grown).toBeLessThanOrEqual(requests.filter(({ isTrue }) => isTrue).length);
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
  expect(await stored()).toBeGreaterThan(100);
  expect(await state()).toEqual(before);
  // What was let in marks records of its own channel alone, whatever it says.
  const { logger, metrics } = parts;
  while (await processDeliveries({ db: context.db, logger, metrics, onMarked: () => undefined }));
  const { rows } = await sql`select distinct connection_id, module from webhooks.dirty`.execute(context.db);
  expect(rows).toEqual([{ connection_id: 'c1', module: 'Leads' }]);
  expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
});
