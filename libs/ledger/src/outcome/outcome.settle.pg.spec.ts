import { sql } from 'kysely';
import type { Outcome } from '#contracts';
import { LedgerContext } from '../../test/ledger.context.ts';
import type { ClaimedCommand } from '../command/command.row.ts';
import { putEchoes } from '../echo/echo.store.ts';
import { linksOfRecords } from '../link/link.store.ts';

let ledger: LedgerContext;

beforeAll(async () => {
  ledger = await LedgerContext.open('ledger_settle');
});
beforeEach(() => ledger.reset());
afterAll(() => ledger.close());

const succeeded = { kind: 'succeeded', recordId: '700', created: true } as const;
const linkTo = (recordId: string, module = 'Leads') => {
  return { product: 'portal', entityType: 'user', entityId: '42', module, recordId };
};

async function claimOne(): Promise<ClaimedCommand> {
  const [command] = await ledger.claim({ limit: 1 });
  if (command === undefined) throw new Error('nothing was claimed');
  return command;
}

describe('settleCommands', () => {
  it.each<[Outcome, object]>([
    [succeeded, { state: 'succeeded', finished: true, code: null, reason: null, pause: 0, failures: 0 }],
    [
      { kind: 'skipped', reason: 'converted' },
      { state: 'skipped', finished: true, reason: 'converted', pause: 0 },
    ],
    [
      { kind: 'rejected', code: 'CRM_MANDATORY_MISSING', reason: 'no name', field: 'Last_Name' },
      { state: 'parked', finished: false, code: 'CRM_MANDATORY_MISSING', reason: 'no name', field: 'Last_Name' },
    ],
    [
      { kind: 'throttled', reason: '429' },
      { state: 'ready', finished: false, code: 'CRM_THROTTLED', pause: 1 },
    ],
    [
      { kind: 'unavailable', reason: '500' },
      { state: 'ready', finished: false, code: 'CRM_UNAVAILABLE', pause: 1 },
    ],
    [
      { kind: 'unknown', reason: 'cut' },
      { state: 'unknown', finished: false, code: 'CRM_OUTCOME_UNKNOWN', pause: 1 },
    ],
  ])('records that a command %j', async (outcome, row) => {
    await ledger.insert({});
    const command = await claimOne();
    expect(await ledger.settle([{ command, outcome }])).toEqual(new Set(['1']));
    expect(await ledger.commands()).toEqual([
      expect.objectContaining({ attempts_started: 1, attempts_finished: 1, lease_owner: null, ...row }),
    ]);
    const [attempt] = await ledger.rows('attempts');
    expect(attempt).toMatchObject({ number: 1, outcome: outcome.kind });
    expect(attempt?.['finished_at']).not.toBeNull();
  });

  it('moves a live command to the lane retry with its fourth failure', async () => {
    await ledger.insert({});
    for (let failure = 1; failure <= 4; failure += 1) {
      await ledger.settleAll({ kind: 'unavailable', reason: '500' });
      await sql`update ledger.commands set not_before = now()`.execute(ledger.db);
    }
    expect(await ledger.commands()).toEqual([expect.objectContaining({ lane: 'retry', failures: 4, state: 'ready' })]);
    await ledger.settleAll(succeeded);
    expect(await ledger.commands()).toEqual([
      expect.objectContaining({ lane: 'retry', failures: 4, state: 'succeeded' }),
    ]);
    expect(await ledger.rows('attempts')).toHaveLength(5);
  });

  it('settles each of a batch by itself', async () => {
    await ledger.insert({ user: 'a' }, { user: 'b' }, { user: 'c' });
    const outcomes: Outcome[] = [
      { ...succeeded, recordId: '1' },
      { kind: 'rejected', code: 'CRM_REJECTED', reason: 'no', field: null },
      { kind: 'throttled', reason: '429' },
    ];
    const claimed = await ledger.claim();
    await ledger.settle(claimed.map((command, index) => ({ command, outcome: outcomes[index] ?? succeeded })));
    expect((await ledger.commands()).map(({ state }) => state)).toEqual(['succeeded', 'parked', 'ready']);
  });

  it('does nothing for nothing', async () => {
    expect(await ledger.settle([])).toEqual(new Set());
  });

  describe('the fence', () => {
    it('leaves alone what another process holds, with all that would follow', async () => {
      await ledger.insert({});
      const [late] = await ledger.claim({ owner: 'late', leaseMs: -1000 });
      await ledger.claim({ owner: 'heir' });
      if (late === undefined) throw new Error('nothing was claimed');
      expect(await ledger.settle([{ command: late, outcome: succeeded, link: linkTo('700') }], 'late')).toEqual(
        new Set(),
      );
      expect(await ledger.commands()).toEqual([expect.objectContaining({ state: 'in_flight', lease_owner: 'heir' })]);
      expect(await ledger.rows('links')).toEqual([]);
      expect(await ledger.outbox()).toEqual([]);
      expect(await ledger.rows('attempts')).toEqual([
        expect.objectContaining({ number: 1, finished_at: null }),
        expect.objectContaining({ number: 2, finished_at: null }),
      ]);
    });

    it('regression: leaves alone what another worker of the same process claimed meanwhile', async () => {
      await ledger.insert({}, {});
      const [late] = await ledger.claim({ leaseMs: -1000 });
      const [heir] = await ledger.claim();
      if (late === undefined || heir === undefined) throw new Error('nothing was claimed');
      expect(await ledger.settle([{ command: late, outcome: succeeded }])).toEqual(new Set());
      expect(await ledger.claim()).toEqual([]);
      expect(await ledger.settle([{ command: heir, outcome: succeeded }])).toEqual(new Set(['1']));
    });

    it('settles once', async () => {
      await ledger.insert({});
      const command = await claimOne();
      await ledger.settle([{ command, outcome: succeeded }]);
      expect(await ledger.settle([{ command, outcome: { kind: 'unknown', reason: 'x' } }])).toEqual(new Set());
      expect(await ledger.outbox()).toHaveLength(1);
    });
  });

  describe('links', () => {
    const settleWith = async (recordId: string, module = 'Leads'): Promise<void> => {
      await ledger.insert({});
      await ledger.settle([
        { command: await claimOne(), outcome: { ...succeeded, recordId }, link: linkTo(recordId, module) },
      ]);
    };

    it('count a generation for each record that the entity had', async () => {
      await settleWith('700');
      await settleWith('700');
      expect(await ledger.rows('links')).toEqual([
        expect.objectContaining({ module: 'Leads', record_id: '700', generation: 1 }),
      ]);
      await settleWith('900', 'Contacts');
      expect(await ledger.rows('links')).toEqual([
        expect.objectContaining({ record_key: 'Leads/42', module: 'Contacts', record_id: '900', generation: 2 }),
      ]);
    });

    it('are found by record', async () => {
      await settleWith('700');
      const query = { connectionId: 'c1', module: 'Leads', recordIds: ['700', '701'] };
      expect(await linksOfRecords(ledger.db, query)).toEqual(
        new Map([['700', { connectionId: 'c1', recordKey: 'Leads/42', ...linkTo('700') }]]),
      );
      expect(await linksOfRecords(ledger.db, { ...query, module: 'Contacts' })).toEqual(new Map());
      expect(await linksOfRecords(ledger.db, { ...query, connectionId: 'c2' })).toEqual(new Map());
      expect(await linksOfRecords(ledger.db, { ...query, recordIds: [] })).toEqual(new Map());
    });

    it('regression: two entities on one record do not keep each other from being settled', async () => {
      await ledger.insert({ user: 'a' }, { user: 'b' });
      const first = await claimOne();
      await ledger.settle([{ command: first, outcome: succeeded, link: linkTo('900', 'Contacts') }]);
      const second = await claimOne();
      expect(await ledger.settle([{ command: second, outcome: succeeded, link: linkTo('900', 'Contacts') }])).toEqual(
        new Set(['2']),
      );
      expect(await ledger.rows('links')).toEqual([
        expect.objectContaining({ record_key: 'Leads/a', record_id: '900' }),
      ]);
    });

    it('regression: nor when both are settled together', async () => {
      await ledger.insert({ user: 'a' }, { user: 'b' });
      const claimed = await ledger.claim();
      const settled = claimed.map((command) => ({ command, outcome: succeeded, link: linkTo('900', 'Contacts') }));
      expect(await ledger.settle(settled)).toEqual(new Set(['1', '2']));
      expect(await ledger.rows('links')).toHaveLength(1);
    });
  });

  describe('after a delete', () => {
    beforeEach(async () => {
      await ledger.insert({});
      await ledger.settle([{ command: await claimOne(), outcome: succeeded, link: linkTo('700') }]);
      const about = { connectionId: 'c1', source: 'sent' } as const;
      await putEchoes(ledger.db, [
        { ...about, recordKey: 'Leads/42', field: 'Last_Name', value: 'Lovelace' },
        { ...about, recordKey: 'Leads/43', field: 'Last_Name', value: 'Hopper' },
      ]);
      await ledger.insert({ command: { operation: 'delete', fields: {} } });
    });

    it.each<Outcome>([
      { kind: 'succeeded', recordId: '700', created: false },
      { kind: 'skipped', reason: 'converted' },
    ])('that $kind link and echoes of the record are gone, and no others', async (outcome) => {
      await ledger.settleAll(outcome);
      expect(await ledger.rows('links')).toEqual([]);
      expect((await ledger.rows('echoes')).map((row) => row['record_key'])).toEqual(['Leads/43']);
    });

    it.each<Outcome>([
      { kind: 'rejected', code: 'CRM_REJECTED', reason: 'no', field: null },
      { kind: 'unknown', reason: 'cut' },
      { kind: 'unavailable', reason: '500' },
    ])('that was $kind they stay', async (outcome) => {
      await ledger.settleAll(outcome);
      expect(await ledger.rows('links')).toHaveLength(1);
      expect(await ledger.rows('echoes')).toHaveLength(2);
    });

    it('the same identity makes a new record', async () => {
      await ledger.settleAll({ kind: 'succeeded', recordId: '700', created: false });
      await ledger.insert({});
      expect((await claimOne()).link).toBeNull();
    });
  });

  describe('the outbox', () => {
    it('tells each outcome, in order, with ids and codes', async () => {
      await ledger.insert({ user: 'a', eventId: 'e1' }, { user: 'b', eventId: 'e2' });
      const [first, second] = await ledger.claim();
      if (first === undefined || second === undefined) throw new Error('nothing was claimed');
      await ledger.settle([
        { command: first, outcome: succeeded, link: linkTo('700') },
        {
          command: second,
          outcome: { kind: 'rejected', code: 'CRM_REJECTED', reason: 'ana@example.test', field: 'Email' },
        },
      ]);
      const same = {
        connection_id: 'c1',
        product: 'portal',
        entity_type: 'user',
        operation: 'write',
        module: 'Leads',
        attempt: 1,
      };
      expect(await ledger.outbox()).toEqual([
        {
          entity: 'a',
          tenant: 'portal',
          type: 'crm.command.succeeded',
          payload: {
            ...same,
            command_id: '1',
            entity_id: 'a',
            event_id: 'e1',
            record_id: '700',
            state: 'succeeded',
            code: null,
            field: null,
            cause: null,
          },
        },
        {
          entity: 'b',
          tenant: 'portal',
          type: 'crm.command.rejected',
          payload: {
            ...same,
            command_id: '2',
            entity_id: 'b',
            event_id: 'e2',
            record_id: null,
            state: 'parked',
            code: 'CRM_REJECTED',
            field: 'Email',
            cause: null,
          },
        },
      ]);
    });

    it('never holds a value of a field or a reason, which may quote one', async () => {
      const secret = 'ana@example.test';
      await ledger.insert({ command: { fields: { Email: secret } } });
      await ledger.settleAll({ kind: 'rejected', code: 'CRM_REJECTED', reason: `bad ${secret}`, field: 'Email' });
      const { rows } = await sql<{ line: string }>`select e::text as line from outbox.events e`.execute(ledger.db);
      expect(rows).toHaveLength(1);
      expect(rows[0]?.line).not.toContain(secret);
    });
  });

  it('keeps nothing of a settlement that cannot be stored whole', async () => {
    await ledger.insert({});
    const command = { ...(await claimOne()), tenantId: '' };
    await expect(ledger.settle([{ command, outcome: succeeded, link: linkTo('700') }])).rejects.toThrow(
      'tenant_id_is_given',
    );
    expect(await ledger.commands()).toEqual([expect.objectContaining({ state: 'in_flight', attempts_finished: 0 })]);
    expect(await ledger.rows('links')).toEqual([]);
  });
});
