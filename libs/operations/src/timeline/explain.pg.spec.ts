import { sql } from 'kysely';
import { LifelineContext, written } from '../../test/lifeline.context.ts';
import { explainField, type ExplainQuery, type FieldAnswer } from './explain.service.ts';

let life: LifelineContext;

beforeAll(async () => {
  life = await LifelineContext.open('explain');
});
beforeEach(() => life.reset());
afterAll(() => life.close());

const explain = (field: string, query: Partial<ExplainQuery> = {}): Promise<FieldAnswer> =>
  explainField(life.db, {
    product: 'portal',
    tenantId: 'portal',
    entityId: 'u1',
    field,
    mappings: life.mappings,
    ...query,
  });
/** The lines with times and numbers of the day left out. */
const linesOf = async (field: string, query: Partial<ExplainQuery> = {}): Promise<string[]> => {
  const { explanation } = await explain(field, query);
  return (explanation?.lines ?? []).map((line) => line.replaceAll(/\d{4}-\d\d-\d\d [\d:.]+ UTC/g, '<time>'));
};

describe('explain', () => {
  it('names the event, the fold, the command and the acknowledgement', async () => {
    await life.tell('u1', { type: 'user.created' });
    await life.dispatch(written('4711'));
    await life.tell('u1', { phone: '555-0199' });
    await life.dispatch(written('4711'));
    expect(await linesOf('Phone')).toEqual([
      'Leads/u1 Phone is •••: user.updated e2 at <time>, folded by signup-lead 1, which changed phone.',
      'Command #2 (lane live) carried it to Leads 4711.',
      'The CRM acknowledged it at <time>.',
    ]);
    expect((await explain('Leads.Phone')).explanation).toMatchObject({
      value: '•••',
      cause: { kind: 'event', eventId: 'e2', state: ['phone'] },
      command: { id: '2', state: 'succeeded' },
      acknowledgedAt: expect.any(Date) as Date,
      pending: null,
    });
  });

  it('names the merged command that asked for the value', async () => {
    await life.tell('u1', { type: 'user.created' });
    await life.tell('u1', { phone: '555-0199' });
    await life.dispatch(written('4711'));
    expect((await linesOf('Phone')).slice(0, 2)).toEqual([
      'Leads/u1 Phone is •••: user.updated e2 at <time>, folded by signup-lead 1, which changed phone.',
      'Command #1 (lane live) carried it to Leads 4711, into which #2 was merged.',
    ]);
    expect((await linesOf('Email'))[0]).toContain('user.created e1');
  });

  it('says that a newer value waits, and why', async () => {
    await life.tell('u1', { type: 'user.created' });
    await life.dispatch(written('4711'));
    await life.tell('u1', { phone: '555-0199' });
    expect((await linesOf('Phone')).at(-1)).toBe('A newer value waits: command #2 is ready.');
    await life.dispatch(() => ({ outcome: { kind: 'rejected', code: 'CRM_REJECTED', reason: 'no', field: null } }));
    expect(await linesOf('Phone')).toEqual([
      expect.stringContaining('user.updated e2'),
      'Command #2 (lane live) carried it to Leads 4711.',
      'The CRM has not acknowledged it: the command is parked (CRM_REJECTED).',
    ]);
  });

  it('names the operator who edited a command, and the person who edited the record', async () => {
    await life.tell('u1', { type: 'user.created' });
    await sql`
      update ledger.commands set original_fields = fields, fields = fields || '{"Phone": "555-0142"}'`.execute(life.db);
    await sql`
      insert into ledger.audit (by_whom, verb, reason, connection_id, record_key, command_id)
      values ('ada', 'parked edit', 'wrong number', 'c1', 'Leads/u1', 1)`.execute(life.db);
    await life.dispatch(written('4711'));
    expect((await linesOf('Phone'))[0]).toMatch(
      /^Leads\/u1 Phone is •••: ada edited the command at <time> in place of user.created e1/,
    );
    expect((await linesOf('Email'))[0]).toContain('user.created e1 at');

    await sql`
      with told as (
        select outbox.emit('leads', 'u1', 'crm.lead.changed', ${JSON.stringify({
          record_id: '4711',
          changed_at: '2026-03-01T10:00:00+00:00',
          changed_by: { id: '77', name: 'Sam Sales' },
          changes: { Lead_Status: { before: null, after: 'Contacted' } },
        })}::jsonb, tenant_id => 'portal') as id
      ), seen as (
        insert into ledger.echoes (connection_id, record_key, field, value, source)
        values ('c1', 'Leads/u1', 'Lead_Status', '"Contacted"', 'seen')
      )
      insert into webhooks.readings (connection_id, module, record_id, record_key, notified_at, result, changed_fields, event_id)
      select 'c1', 'Leads', '4711', 'Leads/u1', now(), 'edit', '{Lead_Status}', id from told`.execute(life.db);
    expect(await linesOf('Lead_Status')).toEqual([
      'Leads/u1 Lead_Status is •••: user 77 set it in the CRM at <time>.',
      'It was read of Leads 4711 at <time>; no command carried it.',
    ]);
  });

  it('shows the value to who says why, and writes that down', async () => {
    await life.tell('u1', { type: 'user.created' });
    await life.dispatch(written('4711'));
    const values = { by: 'ada', reason: 'asked by the user' };
    expect((await linesOf('Phone', { values }))[0]).toMatch(/^Leads\/u1 Phone is 555-0100:/);
    const { rows } = await sql<object>`select by_whom, verb, reason, record_key from ledger.audit`.execute(life.db);
    expect(rows).toEqual([
      { by_whom: 'ada', verb: 'explain --values', reason: 'asked by the user', record_key: 'Leads/u1' },
    ]);
  });

  it('says nothing of what nobody gave, but what there is', async () => {
    await life.tell('u1', { type: 'user.created' });
    await life.dispatch(written('4711'));
    const { explanation, known } = await explain('Fax');
    expect(explanation).toBeNull();
    expect(known).toEqual(expect.arrayContaining(['Email', 'Phone']));
    expect((await explain('Contacts.Phone')).explanation).toBeNull();
    expect((await explain('Phone', { entityId: 'u2' })).explanation).toBeNull();
    expect((await explain('Phone', { tenantId: 'acme' })).explanation).toBeNull();
  });
});
