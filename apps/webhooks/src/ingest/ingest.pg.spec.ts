import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { sql } from 'kysely';
import { Health } from '#observability';
import { createDatabase, createPool, type IntegrationDatabase } from '#postgres';
import { integrationDatabase, until, type IntegrationContext } from '#testing';
import { box, webhooksParts, type WebhooksParts } from '../../test/webhooks.parts.ts';
import { ensureChannel, retireSecrets, rotateSecrets, type Channel } from '../channel/channel.store.ts';
import { processDeliveries } from '../dirty/delivery.processor.ts';
import { OpsParts } from '../ops.controller.ts';
import { createApp } from '../webhooks.app.ts';
import { WebhooksContext } from '../webhooks.context.ts';
import { GapMemory } from '../gap/gap.memory.ts';
import { ChannelDirectory } from './channel.directory.ts';
import { DeliveryWriter } from './delivery.writer.ts';
import { IngestService } from './ingest.service.ts';

let context: IntegrationContext;
let parts: WebhooksParts;
let health: Health;
let app: NestFastifyApplication;
let url: string;
let channel: Channel;
/** How often the processor was woken. */
let stored = 0;

beforeAll(async () => {
  context = await integrationDatabase('ingest');
});
beforeEach(async () => {
  await context.clear();
  await context.addConnection();
  channel = await ensureChannel(context.db, box, {
    connectionId: 'c1',
    module: 'Leads',
    fields: ['Lead_Status'],
    events: ['edit', 'delete'],
  });
  parts = webhooksParts();
  health = new Health();
  ({ app, url } = await start(context.db));
});
afterEach(() => app.close());
afterAll(() => context[Symbol.asyncDispose]());

async function start(
  db: IntegrationContext['db'],
  { gapDb = db, ratePerSecond = 10_000 } = {},
): Promise<{ app: NestFastifyApplication; url: string; gaps: GapMemory }> {
  const { logger, metrics, registry } = parts;
  const gaps = new GapMemory({ db: gapDb, logger });
  const started = await createApp({
    context: new WebhooksContext({ db, logger, metrics }),
    ingest: new IngestService({
      db,
      channels: new ChannelDirectory({ db, box }),
      gaps,
      ratePerSecond,
      onStored: () => void (stored += 1),
    }),
    ops: new OpsParts({ health, registry }),
  });
  await started.listen(0, '127.0.0.1');
  return { app: started, url: await started.getUrl(), gaps };
}

interface Posted {
  readonly status: number;
  readonly body: unknown;
}

async function post(
  body: string | null,
  seed: { address?: string; headers?: Record<string, string> } = {},
): Promise<Posted> {
  const { address = channel.address, headers = { 'content-type': 'application/json' } } = seed;
  const response = await fetch(`${url}/notifications/${address}`, { method: 'POST', headers, body });
  const text = await response.text();
  return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text };
}

const notification = (seed: object = {}): string =>
  JSON.stringify({
    module: 'Leads',
    ids: ['700'],
    operation: 'update',
    channel_id: channel.id,
    token: channel.token,
    ...seed,
  });

interface DeliveryRow {
  readonly channel_id: string;
  readonly connection_id: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
  readonly processed_at: Date | null;
  readonly code: string | null;
}

async function deliveries(): Promise<DeliveryRow[]> {
  return (await sql<DeliveryRow>`select * from webhooks.deliveries order by id`.execute(context.db)).rows;
}

async function gapsAndSweeps(): Promise<{ gaps: unknown[]; due: string[] }> {
  const gaps = await sql`select connection_id, module, reason from webhooks.gaps order by id`.execute(context.db);
  const due = await sql<{
    module: string;
  }>`select module from webhooks.sweeps where due_at <= now() order by module`.execute(context.db);
  return { gaps: gaps.rows, due: due.rows.map(({ module }) => module) };
}

describe('POST /notifications/<address>', () => {
  it('stores the raw body with its headers, answers 2xx, and wakes the processor', async () => {
    const before = stored;
    const body = ` ${notification()}\n`;
    expect(
      await post(body, { headers: { 'content-type': 'application/json', authorization: 'Bearer s3cret' } }),
    ).toEqual({
      status: 200,
      body: { status: 'stored' },
    });
    const [delivery, ...others] = await deliveries();
    expect(others).toEqual([]);
    expect(delivery).toMatchObject({ channel_id: channel.id, connection_id: 'c1', processed_at: null, code: null });
    expect(delivery?.body.toString()).toBe(body);
    expect(delivery?.headers).toMatchObject({ 'content-type': 'application/json', authorization: '[redacted]' });
    expect(stored).toBe(before + 1);
    expect(await parts.metric('notifications_total')).toEqual([expect.stringMatching(/result="stored".* 1$/)]);
  });

  it('remembers when the channel was heard of', async () => {
    await post(notification());
    const { rows } = await sql<{ fresh: boolean }>`
      select last_notified_at > now() - interval '1 minute' as fresh from webhooks.channels`.execute(context.db);
    expect(rows).toEqual([{ fresh: true }]);
  });

  it.each<[string, object]>([
    ['a wrong token', { token: 'guessed' }],
    ['an empty token', { token: '' }],
    ['a null token', { token: null }],
    ['no token', { token: undefined }],
  ])('answers 401 to %s and stores nothing', async (_what, seed) => {
    expect(await post(notification(seed))).toEqual({ status: 401, body: { code: 'NOTIFICATION_UNAUTHORISED' } });
    expect(await deliveries()).toEqual([]);
    expect(parts.lines).toEqual([expect.objectContaining({ level: 'warn', code: 'NOTIFICATION_UNAUTHORISED' })]);
    expect(await parts.metric('notifications_total')).toEqual([expect.stringMatching(/result="unauthorised".* 1$/)]);
  });

  it('answers 401 to JSON that is no notification and has no token', async () => {
    expect((await post('{"hello": "world"}')).status).toBe(401);
    expect((await post('[]')).status).toBe(401);
    expect(await deliveries()).toEqual([]);
  });

  it.each(['guessed', 'x'.repeat(43), '..%2f..', '%00'])(
    'answers 401 to the wrong address %s and stores nothing',
    async (address) => {
      expect((await post(notification(), { address })).status).toBe(401);
      expect(await deliveries()).toEqual([]);
    },
  );

  it('never tells the right address or token in a log line', async () => {
    await post(notification({ token: 'guessed' }));
    await post('{');
    const told = JSON.stringify(parts.lines);
    for (const secret of [channel.address, channel.token]) expect(told).not.toContain(secret);
  });

  it.each<[string, (token: string) => string, Record<string, string>]>([
    ['JSON that is cut off', (token) => `{"module":"Leads","token":"${token}","ids":["1"`, {}],
    ['a form', (token) => `module=Leads&token=${token}`, { 'content-type': 'application/x-www-form-urlencoded' }],
    ['another JSON', (token) => `{"token":"${token}"}`, { 'content-type': 'text/plain' }],
  ])(
    'keeps %s that names the token, which is NOTIFICATION_UNREADABLE once it was looked at',
    async (_what, of, headers) => {
      const body = of(channel.token);
      expect((await post(body, { headers })).status).toBe(200);
      const { logger, metrics } = parts;
      expect(await processDeliveries({ db: context.db, logger, metrics, onMarked: () => undefined })).toBe(true);
      const [delivery] = await deliveries();
      expect(delivery).toMatchObject({ code: 'NOTIFICATION_UNREADABLE', processed_at: expect.any(Date) });
      expect(delivery?.body.toString()).toBe(body);
      expect(parts.lines).toContainEqual(expect.objectContaining({ level: 'warn', code: 'NOTIFICATION_UNREADABLE' }));
      expect(await parts.metric('notifications_unreadable_total')).toEqual([expect.stringMatching(/ 1$/)]);
    },
  );

  it.each<[string, string | null]>([
    ['no JSON', 'this is no JSON'],
    ['a form', 'module=Leads&token=guessed'],
    ['no body', null],
  ])('answers 401 to %s without the token and stores nothing', async (_what, body) => {
    expect((await post(body, { headers: {} })).status).toBe(401);
    expect(await deliveries()).toEqual([]);
  });

  it('answers 415 to a type that the CRM does not send and stores nothing', async () => {
    const headers = { 'content-type': 'text/xml' };
    expect(await post(notification(), { headers })).toEqual({
      status: 415,
      body: { code: 'NOTIFICATION_TYPE_UNKNOWN' },
    });
    expect(await deliveries()).toEqual([]);
  });

  it('answers 429 above the rate of the channel, and remembers the gap', async () => {
    await sql`insert into webhooks.sweeps (connection_id, module, swept_to, due_at) values
      ('c1', 'Leads', now(), now() + interval '1 hour'), ('c1', 'Deals', now(), now() + interval '1 hour')`.execute(
      context.db,
    );
    const slow = await start(context.db, { ratePerSecond: 2 });
    const send = async (): Promise<number> =>
      (await fetch(`${slow.url}/notifications/${channel.address}`, { method: 'POST', body: notification() })).status;
    for (let turn = 0; turn < 4; turn += 1) expect(await send()).toBe(200);
    // More than come due while even a slow machine answers them.
    expect(await Promise.all(Array.from({ length: 50 }, send))).toContain(429);
    await slow.gaps.stop();
    expect(await gapsAndSweeps()).toEqual({
      gaps: [{ connection_id: 'c1', module: 'Leads', reason: 'rate' }],
      due: ['Leads'],
    });
    await slow.app.close();
  });

  it('goes on with the secrets before a rotation as well as with the new ones, and then with these alone', async () => {
    const before = channel;
    const body = (token: string): string => notification({ token });
    await post(notification());
    const rotated = await rotateSecrets(context.db, box, channel);
    expect(rotated.token).not.toBe(before.token);
    for (const { address, token } of [before, rotated]) expect((await post(body(token), { address })).status).toBe(200);
    await sql`update webhooks.channels set previous_until = now() - interval '1 second'`.execute(context.db);
    expect(await retireSecrets(context.db)).toEqual([channel.id]);
    expect((await post(body(rotated.token), { address: rotated.address })).status).toBe(200);
    // What is in memory is looked up again after a few seconds; a process that starts now knows.
    const fresh = new ChannelDirectory({ db: context.db, box });
    expect(await fresh.find(before.address)).toBeNull();
    expect((await fresh.find(rotated.address))?.tokens).toEqual([rotated.token]);
  });

  it('answers 413 to a body beyond the limit, and takes one just below', async () => {
    const long = (length: number): string => notification().padEnd(length);
    expect((await post(long(1024 * 1024 + 1))).status).toBe(413);
    expect(await deliveries()).toEqual([]);
    expect((await post(long(1024 * 1024))).status).toBe(200);
  });

  it('answers 503 while Postgres is away: nothing was stored, and the operators see it', async () => {
    const away = createDatabase<IntegrationDatabase>(
      createPool({ url: 'postgres://postgres@127.0.0.1:1/nowhere', applicationName: 'away' }),
    );
    const lost = await start(away);
    const response = await fetch(`${lost.url}/notifications/${channel.address}`, {
      method: 'POST',
      body: notification(),
    });
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ code: 'POSTGRES_UNREACHABLE' });
    expect(parts.lines).toEqual([expect.objectContaining({ level: 'error', code: 'ECONNREFUSED' })]);
    expect(await parts.metric('notifications_total')).toEqual([expect.stringMatching(/result="lost".* 1$/)]);
    await lost.app.close();
    await away.destroy();
  });

  it('remembers what was lost while Postgres was away, and makes a sweep due once it is back', async () => {
    await sql`insert into webhooks.sweeps (connection_id, module, swept_to, due_at)
      values ('c1', 'Leads', now(), now() + interval '1 hour')`.execute(context.db);
    const url = 'postgres://postgres@127.0.0.1:1/nowhere';
    const away = createDatabase<IntegrationDatabase>(createPool({ url, applicationName: 'away' }));
    const lost = await start(away, { gapDb: context.db });
    const response = await fetch(`${lost.url}/notifications/${channel.address}`, {
      method: 'POST',
      body: notification(),
    });
    expect([response.status, lost.gaps.size]).toEqual([503, 1]);
    await until(() => lost.gaps.size === 0);
    const known = { connection_id: null, module: null };
    expect(await gapsAndSweeps()).toEqual({ gaps: [{ ...known, reason: 'postgres' }], due: ['Leads'] });
    expect(parts.lines).toContainEqual(expect.objectContaining({ level: 'warn', code: 'NOTIFICATIONS_MISSED' }));
    await lost.app.close();
    await away.destroy();
  });

  it('stores many that come at the same moment in few commits', async () => {
    const writer = new DeliveryWriter(context);
    const one = { channelId: channel.id, connectionId: 'c1', receivedAt: new Date(), headers: '{}' };
    await Promise.all(
      Array.from({ length: 200 }, (_, index) => writer.write({ ...one, body: Buffer.from(`${index}`) })),
    );
    const { rows } = await sql<{ commits: number }>`
      select count(distinct xmin::text)::integer as commits from webhooks.deliveries`.execute(context.db);
    expect(rows[0]?.commits).toBeLessThan(5);
    expect(await deliveries()).toHaveLength(200);
  });

  it('takes many at the same moment, each once', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => post(notification())));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(await deliveries()).toHaveLength(50);
  });

  it.each(['GET', 'PUT', 'DELETE'])('does not answer %s', async (method) => {
    expect((await fetch(`${url}/notifications/${channel.address}`, { method })).status).toBe(404);
  });
});

describe("the operators' endpoints", () => {
  it('stand beside the notifications', async () => {
    health.set('webhooks', { ready: false, reason: 'starting' });
    expect((await fetch(`${url}/health`)).status).toBe(200);
    const ready = await fetch(`${url}/ready?verbose`);
    expect([ready.status, await ready.json()]).toEqual([503, { ready: false, parts: { webhooks: 'starting' } }]);
    const metrics = await fetch(`${url}/metrics`);
    expect(metrics.headers.get('content-type')).toContain('text/plain');
    expect(await metrics.text()).toContain('causeway_notifications_total');
  });
});
