import { until } from '#testing';
import { sql } from 'kysely';
import { DispatcherContext } from '../../test/dispatcher.context.ts';

let context: DispatcherContext;

beforeAll(async () => {
  context = await DispatcherContext.open('held_up');
  // Another process takes a command over while its echoes are being written: its lease is over by then.
  await sql`
    create function ledger.taken_over() returns trigger language plpgsql as $$
    begin
      update ledger.commands set lease_owner = 'heir', lease_until = now() + interval '1 hour',
                                 attempts_started = attempts_started + 1
       where record_key = new.record_key and state = 'in_flight';
      return new;
    end
    $$`.execute(context.database.db);
});
beforeEach(() => context.reset());
afterEach(() => context.stop());
afterAll(() => context.database[Symbol.asyncDispose]());

/** A lease of which every moment is more than its safe share. */
const SHORT_LEASE_MS = 0.01;

it('regression: a dispatcher that is held up between echoes and call does not send what was taken over', async () => {
  await sql`create trigger taken_over after insert on ledger.echoes for each row
              when (new.record_key = 'Leads/a') execute function ledger.taken_over()`.execute(context.database.db);
  await context.insert({ user: 'a' }, { user: 'b' });
  context.start({ leaseMs: SHORT_LEASE_MS, concurrency: 1, batchSize: 2 });
  await until(async () => (await context.commands()).some(({ state }) => state === 'succeeded'));
  await context.stop();
  expect(context.crm.records('Leads').map((lead) => lead['External_User_ID'])).toEqual(['b']);
});
