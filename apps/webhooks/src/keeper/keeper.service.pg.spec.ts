import { sql } from 'kysely';
import { integrationDatabase, until, type IntegrationContext } from '#testing';
import { FakeWatch, forgotten } from '../../test/fake.watch.ts';
import { box, webhooksParts, type WebhooksParts } from '../../test/webhooks.parts.ts';
import { ensureChannel } from '../channel/channel.store.ts';
import { channelsOfAddresses, hashOfAddress, type ReceivingChannel } from '../channel/receiving.channel.ts';
import type { Watcher } from './channel.keeper.ts';
import { KeeperService, type KeeperOptions } from './keeper.service.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const URL = 'https://hooks.example';
let context: IntegrationContext;
let parts: WebhooksParts;
let crm: FakeWatch;
let keepers: KeeperService[];

beforeAll(async () => {
  context = await integrationDatabase('keeper');
});
beforeEach(async () => {
  await context.clear();
  await context.addConnection({ watch: { Leads: ['Lead_Status'], Contacts: [] } });
  parts = webhooksParts();
  crm = new FakeWatch();
  keepers = [];
});
afterEach(async () => {
  await Promise.all(keepers.map((keeper) => keeper.stop()));
});
afterAll(() => context[Symbol.asyncDispose]());

/** One round, and no more unless `roundMs` is given. */
async function keep(seed: Partial<KeeperOptions> = {}): Promise<KeeperService> {
  const { logger, metrics } = parts;
  const keeper = new KeeperService({
    db: context.db,
    box,
    clients: { clientOf: () => Promise.resolve(crm) },
    mappings: [],
    notifyUrl: () => URL,
    lifeMs: DAY,
    logger,
    metrics,
    roundMs: 3_600_000,
    ...seed,
  });
  keepers.push(keeper);
  await keeper.start();
  return keeper;
}

interface ChannelRow {
  readonly id: string;
  readonly module: string;
  readonly notify_url: string | null;
  readonly hours_left: number | null;
  readonly line: string;
}

async function channels(): Promise<ChannelRow[]> {
  const { rows } = await sql<ChannelRow>`
    select id::text, module, notify_url, round(extract(epoch from expires_at - now()) / 3600)::integer as hours_left,
           c::text as line
      from webhooks.channels c order by connection_id, module`.execute(context.db);
  return rows;
}

/** As if everything had happened so much earlier. */
const later = async (ms: number): Promise<void> => {
  await sql`
    update webhooks.channels
       set subscribed_at = subscribed_at - make_interval(secs => ${ms / 1000}),
           expires_at = expires_at - make_interval(secs => ${ms / 1000})`.execute(context.db);
};
const receiving = async (address: string): Promise<ReceivingChannel | undefined> => {
  const hash = hashOfAddress(address).toString('hex');
  return (await channelsOfAddresses(context.db, box, [hash])).get(hash);
};
async function gaps(): Promise<{ module: string; reason: string; hours: number }[]> {
  const { rows } = await sql<{ module: string; reason: string; hours: number }>`
    select module, reason, round(extract(epoch from until - since) / 3600)::integer as hours
      from webhooks.gaps order by id`.execute(context.db);
  return rows;
}
const callsMade = (): string[] => crm.calls.map(({ call }) => call);

describe('KeeperService', () => {
  it('subscribes a channel for each module that is watched', async () => {
    await keep();
    const [channel, ...others] = await channels();
    expect(others).toEqual([]);
    expect(channel).toMatchObject({ module: 'Leads', hours_left: 24 });
    const [made] = crm.calls;
    expect(made).toEqual({
      call: 'enable',
      channel: {
        channelId: channel?.id,
        events: ['Leads.edit', 'Leads.delete'],
        notifyUrl: channel?.notify_url,
        expiresAt: expect.any(Date),
        token: expect.any(String),
        condition: {
          module: { id: '5', apiName: 'Leads' },
          fields: ['Converted__s', 'Lead_Status'].map((apiName) => ({ id: `id-${apiName}`, apiName })),
        },
      },
    });
    expect(Math.abs((made?.channel.expiresAt.getTime() ?? 0) - Date.now() - DAY)).toBeLessThan(60_000);
    expect(made?.channel.token.length).toBeLessThanOrEqual(50);
    expect(parts.lines).toEqual([expect.objectContaining({ module: 'Leads', action: 'subscribe' })]);
  });

  it('gives an address that leads back to the channel and that nobody can guess', async () => {
    await keep();
    const url = crm.calls[0]?.channel.notifyUrl ?? '';
    const address = url.slice(`${URL}/notifications/`.length);
    expect(address.length).toBeGreaterThanOrEqual(43);
    expect(await receiving(address)).toMatchObject({
      connectionId: 'c1',
      module: 'Leads',
      tokens: [crm.calls[0]?.channel.token],
    });
    expect(await receiving(`${address}x`)).toBeUndefined();
  });

  it('keeps address and token sealed but for the address that the CRM was told', async () => {
    const wanted = { connectionId: 'c1', module: 'Leads', events: ['edit'] };
    await ensureChannel(context.db, box, { ...wanted, fields: ['Lead_Status'] });
    const { address, token } = await ensureChannel(context.db, box, { ...wanted, fields: [] });
    const [row] = await channels();
    expect(row?.line).not.toContain(address);
    expect(row?.line).not.toContain(token);
  });

  it('leaves a channel alone in the first half of its life', async () => {
    await keep();
    await later(11 * HOUR);
    await keep();
    expect(callsMade()).toEqual(['enable']);
  });

  it('renews a channel in the second half of its life, under the same id, address and token', async () => {
    await keep();
    await later(13 * HOUR);
    await keep();
    expect(callsMade()).toEqual(['enable', 'renew']);
    const [first, second] = crm.calls;
    expect({ ...second?.channel, expiresAt: 0 }).toEqual({ ...first?.channel, expiresAt: 0 });
    expect(await channels()).toEqual([expect.objectContaining({ hours_left: 24 })]);
  });

  it('subscribes again what has expired', async () => {
    await keep();
    await later(25 * HOUR);
    await keep();
    expect(callsMade()).toEqual(['enable', 'enable']);
  });

  it('subscribes again what the CRM forgot', async () => {
    await keep();
    crm.channels.clear();
    await later(13 * HOUR);
    await keep();
    expect(callsMade()).toEqual(['enable', 'renew', 'enable']);
    expect(parts.lines).toContainEqual(expect.objectContaining({ level: 'warn', code: 'CHANNEL_MISSING' }));
    expect(await channels()).toEqual([expect.objectContaining({ hours_left: 24 })]);
  });

  it('tells the CRM when the service has another address', async () => {
    await keep();
    await keep({ notifyUrl: () => 'https://moved.example' });
    expect(callsMade()).toEqual(['enable', 'renew']);
    expect(crm.calls[1]?.channel.notifyUrl).toContain('https://moved.example/notifications/');
  });

  it('reads back what the CRM granted', async () => {
    crm.grantsMs = HOUR;
    await keep();
    expect(await channels()).toEqual([expect.objectContaining({ hours_left: 1 })]);
    expect(await parts.metric('channel_seconds_to_expiry')).toEqual([expect.stringMatching(/ 3[56]\d\d\.?\d*$/)]);
  });

  it('regression: renews a channel that was granted less than asked for once in its life, not in every round', async () => {
    crm.grantsMs = HOUR;
    await keep();
    await keep();
    await keep();
    expect(callsMade()).toEqual(['enable']);
    await later(HOUR / 2);
    await keep();
    expect(callsMade()).toEqual(['enable', 'renew']);
  });

  it('tries again when the CRM refuses, and says so', async () => {
    crm.failure = { kind: 'unavailable', code: 'CRM_UNAVAILABLE', reason: 'HTTP 500' };
    await keep();
    expect(parts.lines).toEqual([
      expect.objectContaining({ level: 'error', code: 'CHANNEL_MISSING', outcome: 'unavailable' }),
    ]);
    expect(await channels()).toEqual([expect.objectContaining({ notify_url: null, hours_left: null })]);
    crm.failure = null;
    await keep();
    expect(await channels()).toEqual([expect.objectContaining({ hours_left: 24 })]);
  });

  it.each(['paused', 'action_needed', 'disconnected'])('leaves a connection alone that is %s', async (state) => {
    await sql`update connections.connections set state = ${state}`.execute(context.db);
    await keep();
    expect(crm.calls).toEqual([]);
  });

  it('looks again and again until it is stopped', async () => {
    crm.failure = forgotten;
    const keeper = await keep({ roundMs: 5 });
    await until(() => crm.calls.length > 3);
    await keeper.stop();
    const { length } = crm.calls;
    // A replica that goes on would have had a round since.
    await keep();
    expect(crm.calls).toHaveLength(length + 1);
  });

  it('lets one of many replicas work at a time', async () => {
    let [inside, most] = [0, 0];
    const clientOf = async (): Promise<Watcher> => {
      inside += 1;
      most = Math.max(most, inside);
      await context.pool.query('select pg_sleep(0.02)');
      inside -= 1;
      return crm;
    };
    await Promise.all(Array.from({ length: 5 }, () => keep({ clients: { clientOf } })));
    expect(most).toBe(1);
  });

  it('regression: a connection whose client cannot be made does not keep others from being subscribed', async () => {
    await context.addConnection({ id: 'b0', tenantId: 'other', watch: { Leads: ['Phone'] } });
    const clientOf = (id: string): Promise<Watcher> =>
      id === 'b0' ? Promise.reject(new Error('no key')) : Promise.resolve(crm);
    await keep({ clients: { clientOf } });
    expect(callsMade()).toEqual(['enable']);
    expect(parts.lines).toContainEqual(expect.objectContaining({ level: 'error', connection: 'b0', reason: 'no key' }));
  });

  it('regression: a look that finds nothing to do writes nothing', async () => {
    await keep();
    const version = async (): Promise<unknown> =>
      (await sql`select xmin::text from webhooks.channels`.execute(context.db)).rows;
    const before = await version();
    await keep();
    expect(await version()).toEqual(before);
    await sql`update connections.connections set settings = '{"watch": {"Leads": ["Lead_Status", "Phone"]}}'`.execute(
      context.db,
    );
    await keep();
    const { rows } = await sql`select fields from webhooks.channels`.execute(context.db);
    expect(rows).toEqual([{ fields: ['Converted__s', 'Lead_Status', 'Phone'] }]);
    // The CRM has to notify edits of the new field as well.
    expect(callsMade()).toEqual(['enable', 'renew']);
    expect(crm.calls[1]?.channel.condition?.fields.map(({ apiName }) => apiName)).toContain('Phone');
  });

  it('asks for all edits where the ids of fields cannot be had', async () => {
    await sql`update connections.connections set settings = '{"watch": {"Leads": ["Unknown__c"]}}'`.execute(context.db);
    await keep();
    expect(crm.calls[0]?.channel).not.toHaveProperty('condition');
  });

  it('subscribes what the packs watch, and ends what nobody wants any more', async () => {
    const watched = { Deals: ['create', 'edit', 'delete'] };
    await keep({ mappings: [{ product: 'portal', destination: 'zoho-crm', watched }] });
    expect(crm.calls.map(({ channel }) => channel.events)).toEqual([
      ['Deals.create', 'Deals.edit', 'Deals.delete'],
      ['Leads.edit', 'Leads.delete'],
    ]);
    await keep();
    expect(crm.ended).toEqual([crm.calls[0]?.channel.channelId]);
    expect((await channels()).map(({ module }) => module)).toEqual(['Leads']);
    expect(await parts.metric('channel_seconds_to_expiry')).toEqual([expect.stringContaining('Leads')]);
  });

  it('notices within minutes that the CRM forgot a channel, and remembers the gap', async () => {
    await keep();
    await keep();
    expect(crm.lists).toBe(0);
    await later(3 * HOUR);
    await sql`update webhooks.channels set confirmed_at = confirmed_at - interval '1 hour'`.execute(context.db);
    crm.channels.clear();
    await keep();
    expect(crm.lists).toBe(1);
    expect(callsMade()).toEqual(['enable', 'enable']);
    expect(await gaps()).toEqual([{ module: 'Leads', reason: 'forgotten', hours: 1 }]);
  });

  it('concludes nothing from a list that failed', async () => {
    await keep();
    await sql`update webhooks.channels set confirmed_at = confirmed_at - interval '1 hour'`.execute(context.db);
    crm.failure = { kind: 'unavailable', code: 'CRM_UNAVAILABLE', reason: 'HTTP 500' };
    await keep();
    expect(callsMade()).toEqual(['enable']);
    expect(await gaps()).toEqual([]);
  });

  it('ends channels that lead here and that nobody knows', async () => {
    await keep();
    const [own] = crm.channels;
    const stray = { channelId: '99', events: ['Leads.all'], token: 't', expiresAt: new Date(Date.now() + DAY) };
    crm.channels.set('99', { ...stray, notifyUrl: `${URL}/notifications/old` });
    crm.channels.set('98', { ...stray, channelId: '98', notifyUrl: 'https://another.example/hook' });
    await sql`update webhooks.channels set confirmed_at = confirmed_at - interval '1 hour'`.execute(context.db);
    await keep();
    expect(crm.ended).toEqual(['99']);
    expect([...crm.channels.keys()]).toEqual([own?.[0], '98']);
  });

  it('remembers the time in which a channel had expired as a gap', async () => {
    await keep();
    await later(30 * HOUR);
    await keep();
    expect(await gaps()).toEqual([{ module: 'Leads', reason: 'expired', hours: 6 }]);
    expect(await parts.metric('notification_gaps_total')).toEqual([expect.stringMatching(/reason="expired".* 1$/)]);
  });

  it('renews on request, once', async () => {
    await keep();
    await sql`update webhooks.channels set renew_asked_at = now()`.execute(context.db);
    await keep();
    await keep();
    expect(callsMade()).toEqual(['enable', 'renew']);
  });

  it('rotates the secrets on request: the old ones are accepted until the CRM has used the new ones for a while', async () => {
    await keep();
    await sql`update webhooks.channels set rotate_asked_at = now()`.execute(context.db);
    crm.failure = { kind: 'unavailable', code: 'CRM_UNAVAILABLE', reason: 'HTTP 500' };
    await keep();
    const addressOf = (call: number): string => crm.calls[call]?.channel.notifyUrl.split('/').at(-1) ?? '';
    const [old, next] = [crm.calls[0]?.channel, crm.calls[1]?.channel];
    expect(next?.token).not.toBe(old?.token);
    expect(addressOf(1)).not.toBe(addressOf(0));
    for (const call of [0, 1]) {
      expect((await receiving(addressOf(call)))?.tokens).toEqual([next?.token, old?.token]);
    }
    // As long as the CRM was not told, they stay, and no second rotation takes them away.
    await sql`update webhooks.channels set rotate_asked_at = now()`.execute(context.db);
    await keep();
    expect((await receiving(addressOf(0)))?.tokens).toEqual([next?.token, old?.token]);
    crm.failure = null;
    await keep();
    expect(crm.calls.at(-1)?.channel.token).toBe(next?.token);
    await sql`update webhooks.channels set previous_until = previous_until - interval '10 minutes', rotate_asked_at = null`.execute(
      context.db,
    );
    await keep();
    expect(await receiving(addressOf(0))).toBeUndefined();
    expect((await receiving(addressOf(1)))?.tokens).toEqual([next?.token]);
  });
});
