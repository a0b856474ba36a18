import { sql } from 'kysely';
import { integrationDatabase, until, type IntegrationContext } from '#testing';
import type { Channel as WantedChannel, ChannelOutcome, Failure } from '#zoho';
import { box, webhooksParts, type WebhooksParts } from '../../test/webhooks.parts.ts';
import { channelOfAddress, ensureChannel } from '../channel/channel.store.ts';
import { KeeperService, type KeeperOptions, type Watcher } from './keeper.service.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const URL = 'https://hooks.example';
const forgotten: Failure = {
  kind: 'rejected',
  code: 'CRM_REJECTED',
  zohoCode: 'NOT_SUBSCRIBED',
  reason: 'NOT_SUBSCRIBED',
  field: null,
  concerns: 'record',
  gone: true,
  other: null,
};

/** The two calls that the keeper makes. */
class FakeWatch implements Watcher {
  readonly calls: { readonly call: 'enable' | 'renew'; readonly channel: WantedChannel }[] = [];
  /** What the CRM grants at most. */
  grantsMs = 7 * DAY;
  failure: Failure | null = null;
  readonly channels = new Set<string>();

  readonly watch: Watcher['watch'] = {
    enable: (channels) => Promise.resolve(channels.map((channel) => this.#answer('enable', channel))),
    renew: (channels) => Promise.resolve(channels.map((channel) => this.#answer('renew', channel))),
  };

  #answer(call: 'enable' | 'renew', channel: WantedChannel): ChannelOutcome {
    this.calls.push({ call, channel });
    if (this.failure !== null) return this.failure;
    if (call === 'renew' && !this.channels.has(channel.channelId)) return forgotten;
    this.channels.add(channel.channelId);
    const expiresAt = Math.min(channel.expiresAt.getTime(), Date.now() + this.grantsMs);
    return { kind: 'watched', channelId: channel.channelId, expiresAt };
  }
}

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
    notifyUrl: () => URL,
    lifeMs: DAY,
    mappings: [],
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
    expect(await channelOfAddress(context.db, box, address)).toMatchObject({
      connectionId: 'c1',
      module: 'Leads',
      token: crm.calls[0]?.channel.token,
    });
    expect(await channelOfAddress(context.db, box, `${address}x`)).toBeNull();
  });

  it('keeps address and token sealed but for the address that the CRM was told', async () => {
    await ensureChannel(context.db, box, { connectionId: 'c1', module: 'Leads', fields: ['Lead_Status'] });
    const { address, token } = await ensureChannel(context.db, box, {
      connectionId: 'c1',
      module: 'Leads',
      fields: [],
    });
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
    expect(rows).toEqual([{ fields: ['Lead_Status', 'Phone'] }]);
    expect(callsMade()).toEqual(['enable']);
  });
});
