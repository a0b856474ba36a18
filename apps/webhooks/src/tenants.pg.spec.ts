import { sql } from 'kysely';
import { integrationDatabase, type IntegrationContext } from '#testing';
import { box, webhooksParts, type WebhooksParts } from '../test/webhooks.parts.ts';
import { ensureChannel, type Channel } from './channel/channel.store.ts';
import { processDeliveries } from './dirty/delivery.processor.ts';
import { ChannelDirectory } from './ingest/channel.directory.ts';
import { IngestService } from './ingest/ingest.service.ts';

/** What one tenant might try to reach another one's records through a channel of its own. */
let context: IntegrationContext;
let parts: WebhooksParts;
let ingest: IngestService;
let mine: Channel;
let theirs: Channel;

beforeAll(async () => {
  context = await integrationDatabase('tenants');
});
beforeEach(async () => {
  await context.clear();
  await context.addConnection({ id: 'mine', tenantId: 'me' });
  await context.addConnection({ id: 'theirs', tenantId: 'they' });
  const wanted = { module: 'Leads', fields: [], events: ['edit'] };
  mine = await ensureChannel(context.db, box, { connectionId: 'mine', ...wanted });
  theirs = await ensureChannel(context.db, box, { connectionId: 'theirs', ...wanted, module: 'Contacts' });
  parts = webhooksParts();
  const channels = new ChannelDirectory({ db: context.db, box });
  ingest = new IngestService({ db: context.db, channels, gaps: { note: () => undefined }, ratePerSecond: 1000 });
});
afterAll(() => context[Symbol.asyncDispose]());

async function attempt(seed: { address?: string; token?: string; body?: object }): Promise<string> {
  const { address = mine.address, token = mine.token, body = {} } = seed;
  const text = JSON.stringify({ module: 'Leads', ids: ['700'], channel_id: mine.id, token, ...body });
  const { kind } = await ingest.take({ address, headers: {}, body: Buffer.from(text) });
  const { logger, metrics } = parts;
  while (await processDeliveries({ db: context.db, logger, metrics, onMarked: () => undefined }));
  return kind;
}

async function touched(): Promise<unknown[]> {
  const { rows } = await sql<{ place: unknown }>`
    select jsonb_build_array(connection_id, module, record_id) as place from webhooks.dirty order by 1`.execute(
    context.db,
  );
  return rows.map(({ place }) => place);
}

interface Try {
  readonly seed: () => Parameters<typeof attempt>[0];
  readonly answer: string;
  readonly places: unknown[];
}
const own = { answer: 'stored', places: [['mine', 'Leads', '700']] };
const refused = { answer: 'unauthorised', places: [] };

it.each<[string, Try]>([
  [
    "another's record id",
    { seed: () => ({ body: { ids: ['theirs1'] } }), answer: 'stored', places: [['mine', 'Leads', 'theirs1']] },
  ],
  ["another's channel id in the body", { seed: () => ({ body: { channel_id: theirs.id } }), ...own }],
  ['another module in the body', { seed: () => ({ body: { module: 'Contacts' } }), answer: 'stored', places: [] }],
  ["another's connection in the body", { seed: () => ({ body: { connection_id: 'theirs' } }), ...own }],
  ["one's own token at another's address", { seed: () => ({ address: theirs.address }), ...refused }],
  ["another's token at one's own address", { seed: () => ({ token: theirs.token }), ...refused }],
  ['the hash of an address', { seed: () => ({ address: 'a'.repeat(64) }), ...refused }],
])('%s reaches nothing of theirs', async (_what, { seed, answer, places }) => {
  expect(await attempt(seed())).toBe(answer);
  expect(await touched()).toEqual(places);
  const { rows } = await sql`select connection_id from webhooks.deliveries where connection_id <> 'mine'`.execute(
    context.db,
  );
  expect(rows).toEqual([]);
});

it('a channel that moved to another connection takes no notification of the one before along', async () => {
  await attempt({});
  await sql`delete from webhooks.channels where connection_id = 'mine'`.execute(context.db);
  const { logger, metrics } = parts;
  await sql`update webhooks.deliveries set processed_at = null`.execute(context.db);
  await sql`truncate webhooks.dirty`.execute(context.db);
  await processDeliveries({ db: context.db, logger, metrics, onMarked: () => undefined });
  expect(await touched()).toEqual([]);
});
