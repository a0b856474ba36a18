import { sql } from 'kysely';
import { listParked } from '#ledger';
import { SystemFixture } from '../support/system.fixture.ts';
import { until } from '../support/until.ts';

/** What people do to a record of ours, and what the product's next change then does. */
describe('people in the CRM', () => {
  let fixture: SystemFixture;
  beforeAll(async () => {
    fixture = await SystemFixture.start();
  });
  afterAll(() => fixture.stop());

  const signUp = async (id: string): Promise<void> => {
    await sql`insert into public.users (id, email, full_name, phone)
              values (${id}, ${`${id}@example.test`}, 'Ana Ruiz', '555-0100')`.execute(fixture.product);
    await fixture.quiet();
  };
  const leads = async (id: string) =>
    (await fixture.simulator.records('Leads')).filter((lead) => lead['External_User_ID'] === id);
  const contact = async (email: string) =>
    (await fixture.simulator.records('Contacts')).find((found) => found['Email'] === email);
  const commandsOf = async (id: string) => {
    const { rows } = await sql<{ operation: string; state: string; reason: string | null }>`
      select operation, state, reason from ledger.commands where entity_id = ${id} order by id`.execute(
      fixture.integration,
    );
    return rows;
  };

  it('a converted Lead: its Contact follows the product, and stays when the user goes', async () => {
    await signUp('conv-1');
    await fixture.simulator.act('convert', { module: 'Leads', match: { External_User_ID: 'conv-1' } });
    await sql`update public.users set full_name = 'Ana Ruiz Soler', phone = null where id = 'conv-1'`.execute(
      fixture.product,
    );
    await fixture.quiet();
    expect(await contact('conv-1@example.test')).toMatchObject({ Last_Name: 'Ruiz Soler', Phone: null });
    expect(await leads('conv-1')).toEqual([]);

    await sql`delete from public.users where id = 'conv-1'`.execute(fixture.product);
    await fixture.quiet();
    expect(await contact('conv-1@example.test')).toMatchObject({ Last_Name: 'Ruiz Soler' });
    expect((await commandsOf('conv-1')).at(-1)).toEqual({ operation: 'delete', state: 'skipped', reason: 'converted' });

    await signUp('conv-1');
    expect(await leads('conv-1')).toHaveLength(1);
  });

  it('a Lead that a person deleted is not made again: its commands are parked, others flow', async () => {
    await signUp('gone-1');
    await fixture.simulator.act('delete', { module: 'Leads', match: { External_User_ID: 'gone-1' } });
    await sql`update public.users set phone = '555-0101' where id = 'gone-1'`.execute(fixture.product);
    const parked = await until('the parked command', async () =>
      (await listParked(fixture.integration)).find(({ entityId }) => entityId === 'gone-1'),
    );
    expect(parked.code).toBe('deleted_in_crm');
    await signUp('gone-2');
    expect(await leads('gone-2')).toHaveLength(1);
    expect(await leads('gone-1')).toEqual([]);
  });

  it('a record that a person made with our value is adopted, not doubled', async () => {
    await fixture.simulator.act('create', {
      module: 'Leads',
      fields: { Last_Name: 'By Hand', External_User_ID: 'adopt-1' },
    });
    await signUp('adopt-1');
    const found = await leads('adopt-1');
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ Last_Name: 'Ruiz', Email: 'adopt-1@example.test' });
  });

  it('an answer that was lost after the write took effect makes no second record', async () => {
    await fixture.simulator.act('faults', { kind: 'records.upsert', count: 1, effect: 'drop_answer' });
    await signUp('lost-1');
    expect(await leads('lost-1')).toHaveLength(1);
    const { rows } = await sql<{ outcomes: string[] }>`
      select array_agg(a.outcome order by a.number) as outcomes
        from ledger.attempts a join ledger.commands c on c.id = a.command_id
       where c.entity_id = 'lost-1'`.execute(fixture.integration);
    expect(rows[0]?.outcomes).toEqual(['unknown', 'succeeded']);
    const upserts = (await fixture.simulator.calls()).filter(
      ({ kind, fault }) => kind === 'records.upsert' && fault !== null,
    );
    expect(upserts).toHaveLength(1);
  });
});
