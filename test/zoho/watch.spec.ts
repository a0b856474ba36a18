import { zohoContext, type ZohoContext } from './zoho.context.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
let context: ZohoContext;
beforeEach(async () => {
  context = await zohoContext();
});
afterEach(() => context[Symbol.asyncDispose]());

const channel = (channelId: string, life: number) => ({
  channelId,
  events: ['Leads.all', 'Contacts.edit'],
  notifyUrl: 'http://127.0.0.1:9/zoho?secret=x',
  expiresAt: new Date(Date.now() + life),
  token: 'opaque',
});
const channels = async () => (await context.look('channels'))['channels'] as Record<string, unknown>[];

describe('channels (reference 7.1)', () => {
  it('are enabled with the expiry that comes back, related-record notifications off', async () => {
    const [outcome] = await context.zoho.watch.enable([channel('1000000068001', DAY)]);
    if (outcome?.kind !== 'watched') throw new Error(JSON.stringify(outcome));
    expect(Math.abs(outcome.expiresAt - (Date.now() + DAY))).toBeLessThan(10_000);
    expect(await channels()).toMatchObject([
      { channel_id: '1000000068001', token: 'opaque', notify_on_related_action: false, expired: false },
    ]);
  });

  it('that ask for more than a week get an hour, which the outcome tells', async () => {
    const [outcome] = await context.zoho.watch.enable([channel('1000000068001', 8 * DAY)]);
    if (outcome?.kind !== 'watched') throw new Error(JSON.stringify(outcome));
    expect(outcome.expiresAt).toBeLessThan(Date.now() + HOUR + 1_000);
  });

  it('answer each in its place', async () => {
    const bad = { ...channel('1000000068002', DAY), events: ['Notes.all'] };
    expect(await context.zoho.watch.enable([channel('1000000068001', DAY), bad])).toMatchObject([
      { kind: 'watched', channelId: '1000000068001' },
      { kind: 'rejected', zohoCode: 'INVALID_DATA', field: 'events' },
    ]);
  });

  it('with a token of more than 50 characters are rejected', async () => {
    const long = { ...channel('1000000068001', DAY), token: 'x'.repeat(51) };
    expect(await context.zoho.watch.enable([long])).toMatchObject([{ kind: 'rejected', field: 'token' }]);
  });

  it('are renewed by replacing, and one that is not there is told', async () => {
    await context.zoho.watch.enable([channel('1000000068001', HOUR)]);
    const outcomes = await context.zoho.watch.renew([channel('1000000068001', 3 * DAY), channel('1000000068009', DAY)]);
    expect(outcomes).toMatchObject([
      { kind: 'watched', channelId: '1000000068001' },
      { kind: 'rejected', zohoCode: 'NOT_SUBSCRIBED', gone: true },
    ]);
    const [first] = outcomes;
    expect(first?.kind === 'watched' && first.expiresAt).toBeGreaterThan(Date.now() + 2 * DAY);
  });

  it('are listed module by module, none where there are none, and not when they have expired', async () => {
    expect(await context.zoho.watch.list()).toEqual({ kind: 'ok', channels: [], more: false });
    await context.zoho.watch.enable([channel('1000000068001', HOUR)]);
    const listed = await context.zoho.watch.list({ channelId: '1000000068001' });
    expect(listed).toMatchObject({
      channels: [
        { channelId: '1000000068001', module: 'Leads', events: ['Leads.all'] },
        { module: 'Contacts', events: ['Contacts.edit'] },
      ],
    });
    expect(JSON.stringify(listed)).not.toContain('opaque');
    await context.act('clock', { advanceMs: HOUR + 1_000 });
    expect(await context.zoho.watch.list()).toMatchObject({ kind: 'ok', channels: [] });
  });

  it('are ended, and one that is not there is told', async () => {
    await context.zoho.watch.enable([channel('1000000068001', DAY), channel('1000000068002', DAY)]);
    expect(await context.zoho.watch.disable(['1000000068001', '1000000068002'])).toEqual([
      { kind: 'ended', channelId: '1000000068001' },
      { kind: 'ended', channelId: '1000000068002' },
    ]);
    expect(await channels()).toEqual([]);
    expect(await context.zoho.watch.disable(['1000000068001'])).toMatchObject([{ kind: 'rejected', gone: true }]);
  });

  it('whose answer was lost are unknown; enabling them again replaces them', async () => {
    await context.act('faults', { kind: 'watch.enable', effect: 'drop_answer', count: 1 });
    expect(await context.zoho.watch.enable([channel('1000000068001', DAY)])).toMatchObject([{ kind: 'unknown' }]);
    expect(await context.zoho.watch.enable([channel('1000000068001', DAY)])).toMatchObject([{ kind: 'watched' }]);
    expect(await channels()).toHaveLength(1);
  });
});
