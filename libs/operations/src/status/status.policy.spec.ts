import { flowOf, remarksOf, type Looked } from './status.policy.ts';
import type { SourceStatus } from './source.status.ts';

const slot = {
  source: 'portal',
  slot: 's',
  exists: true,
  isRead: true,
  walStatus: 'reserved',
  lagBytes: 7,
  heldBackBytes: 9,
};
const source = (seed: Partial<SourceStatus> = {}): SourceStatus => ({
  slot,
  waitingRows: 3,
  oldestSeconds: 4,
  rowsPerMinute: 60,
  outcomesPerMinute: 50,
  untold: null,
  ...seed,
});
const looked = (seed: Partial<Looked> = {}): Looked => ({
  sources: [],
  mapper: null,
  ledger: null,
  now: 100_000,
  ...seed,
});

describe('flowOf', () => {
  it('goes from the outboxes of the products to the CRM, and back to product events without outcomes', () => {
    const sources = [
      { name: 'crm', status: source() },
      { name: 'portal', status: source() },
    ];
    const flow = flowOf(looked({ sources, mapper: { records: 2, oldestAt: 95_000 } }));
    expect(flow.map(({ way, step }) => `${way} ${step}`)).toEqual([
      'out outbox portal',
      'out slot portal',
      'out Kafka → mapper',
      'out ledger',
      'out CRM',
      'back notifications',
      'back dirty → hydrated',
      'back product events',
      'back slot crm',
    ]);
    expect(flow[0]).toMatchObject({ waiting: 3, oldestSeconds: 4, perMinute: 60, unit: 'rows' });
    expect(flow[2]).toMatchObject({ waiting: 2, oldestSeconds: 5, perMinute: null });
    expect(flow.find(({ step }) => step === 'product events')).toMatchObject({ perMinute: 10 });
  });

  it('leaves what is not known at null, and has no age where nothing waits', () => {
    const flow = flowOf(
      looked({ sources: [{ name: 'portal', status: null }], mapper: { records: 0, oldestAt: null } }),
    );
    expect(flow[0]).toMatchObject({ waiting: null, oldestSeconds: null, perMinute: null });
    expect(flow[2]).toMatchObject({ waiting: 0, oldestSeconds: null });
    const [outbox] = flowOf(
      looked({ sources: [{ name: 'portal', status: source({ waitingRows: 0, oldestSeconds: 9 }) }] }),
    );
    expect(outbox).toMatchObject({ waiting: 0, oldestSeconds: null, untold: null });
  });

  it('hands on why the rows of an outbox are not counted', () => {
    const untold = { what: 'no column is known', action: 'name it' };
    const status = source({ waitingRows: null, oldestSeconds: null, untold });
    const flow = flowOf(looked({ sources: [{ name: 'portal', status }] }));
    expect(flow.flatMap((step) => (step.untold === null ? [] : [[step.step, step.untold]]))).toEqual([
      ['outbox portal', untold],
    ]);
    expect(remarksOf(found({ flow }))).toEqual([
      { level: 'note', what: 'outbox portal: no column is known', action: 'name it' },
    ]);
  });
});

type Found = Parameters<typeof remarksOf>[0];
const found = (seed: Partial<Found> = {}): Found => ({
  parts: [],
  flow: [],
  slots: [],
  connections: [],
  credits: [],
  parked: [],
  setAside: 0,
  channels: [],
  holds: [],
  throttles: [],
  ...seed,
});
const connection: Found['connections'][number] = {
  id: 'c1',
  tenantId: 'portal',
  destination: 'zoho-crm',
  state: 'active',
  stateCode: null,
  stateReason: null,
  circuit: 'closed',
  failures: 0,
  nextTryAt: null,
  quietUntil: null,
  commands: {},
  tryingSince: null,
};
const credits: Found['credits'][number] = {
  connection: 'c1',
  credits: 10,
  used: 0,
  left: 10,
  exhaustedAt: null,
  concurrency: 5,
  learnedAt: null,
  lanes: {
    live: { used: 0, most: 1 },
    retry: { used: 0, most: 1 },
    replay: { used: 0, most: 1 },
    backfill: { used: 0, most: 1 },
    reconcile: { used: 0, most: 1 },
  },
};
const channel: Found['channels'][number] = {
  id: '1',
  connection: 'c1',
  module: 'Leads',
  events: [],
  fields: [],
  state: 'subscribed',
  expiresAt: null,
  secondsLeft: null,
  isLate: false,
  lastNotifiedAt: null,
  failure: null,
};
const scope = { connectionId: 'c1', pack: null, operation: 'note', module: null, recordKey: null };
const by = { reason: 'r', by: 'ada', at: new Date(0) };
const parked = { code: 'CRM_DUPLICATE', count: 2, connections: ['c1'], oldestSeconds: 1, owner: 'sales admin' };

describe('remarksOf', () => {
  it.each<[string, Partial<Found>, [string, string][]]>([
    ['nothing', { slots: [slot], connections: [connection], credits: [credits], channels: [channel] }, []],
    [
      'a part that is away',
      { parts: [{ part: 'kafka', reached: false, reason: 'x' }] },
      [['problem', 'kafka cannot be reached: x']],
    ],
    [
      'a service that is not ready',
      { parts: [{ part: 'relay', reached: true, reason: 'not ready: y' }] },
      [['problem', 'relay: not ready: y']],
    ],
    [
      'no slot',
      { slots: [{ ...slot, exists: false, isRead: false }] },
      [['problem', 'slot s of portal does not exist']],
    ],
    [
      'a lost slot',
      { slots: [{ ...slot, walStatus: 'lost', isRead: false }] },
      [['problem', 'slot s of portal is lost']],
    ],
    ['no publisher', { slots: [{ ...slot, isRead: false }] }, [['problem', 'no publisher reads slot s of portal']]],
    ['a paused connection', { connections: [{ ...connection, state: 'paused' }] }, [['note', 'c1 is paused']]],
    ['a removed connection', { connections: [{ ...connection, state: 'disconnected' }] }, []],
    [
      'a refused connection',
      { connections: [{ ...connection, state: 'action_needed', stateCode: 'CRM_AUTH' }] },
      [['problem', 'c1: action_needed (CRM_AUTH)']],
    ],
    [
      'a CRM that is away',
      { connections: [{ ...connection, circuit: 'open', nextTryAt: 'then' }] },
      [['problem', 'c1: the CRM does not answer, next try then']],
    ],
    ['quiet hours', { connections: [{ ...connection, quietUntil: 'then' }] }, [['note', 'c1: quiet hours until then']]],
    ['no credits', { credits: [{ ...credits, left: 0, exhaustedAt: 'now' }] }, [['problem', 'c1 has no credits left']]],
    [
      'credits that end',
      { credits: [{ ...credits, exhaustedAt: 'then' }] },
      [['note', 'c1: credits will be used up at then']],
    ],
    [
      'an expired channel',
      { channels: [{ ...channel, state: 'expired', failure: 'f' }] },
      [['problem', 'channel c1 Leads: expired (f)']],
    ],
    [
      'a channel near its expiry',
      { channels: [{ ...channel, isLate: true }] },
      [['note', 'channel c1 Leads expires soon and was not renewed']],
    ],
    ['a hold', { holds: [{ ...scope, ...by, commands: 3 }] }, [['note', 'held: c1, note; 3 commands wait']]],
    [
      'a throttle',
      { throttles: [{ ...scope, ...by, direction: 'out', unit: 'calls', perSecond: 2 }] },
      [['note', 'throttled to 2 calls a second: to the CRM, connection c1, operation note']],
    ],
    [
      'parked and set aside',
      { parked: [parked], setAside: 4 },
      [
        ['note', '2 parked: CRM_DUPLICATE (sales admin)'],
        ['note', '4 events set aside'],
      ],
    ],
  ])('%s', (_what, seed, expected) => {
    expect(remarksOf(found(seed)).map(({ level, what }) => [level, what])).toEqual(expected);
  });
});
