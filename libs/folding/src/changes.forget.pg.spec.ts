import { sql } from 'kysely';
import { integrationDatabase, type IntegrationContext } from '#testing';
import { forgetChanges } from './changes.forget.ts';

const DAY = 86_400_000;
let context: IntegrationContext;

beforeAll(async () => {
  context = await integrationDatabase('changes_forget');
});
afterAll(() => context[Symbol.asyncDispose]());

const held = async (): Promise<string[]> => {
  const { rows } = await sql<{ key: string }>`
    select key from relay.folds where changes is not null order by id`.execute(context.db);
  return rows.map(({ key }) => key);
};

describe('forgetChanges', () => {
  it('forgets what old folds changed, a batch at a time, and keeps the folds and what is younger', async () => {
    await sql`
      insert into relay.folds (mapping, tenant_id, key, event_id, event_type, occurred_at, produced_at, folded_at, verdict, changes)
      select 'signup-lead', 'portal', 'u' || i, 'e' || i, 'user.updated', now(), now(), now() - make_interval(days => 10 - i), 'applied',
             case when i <> 2 then '{"phone": ["1", "2"]}'::jsonb end
        from generate_series(1, 8) i`.execute(context.db);
    const first = await forgetChanges(context.db, { retentionMs: 5.5 * DAY, after: '0', limit: 3 });
    expect(first).toEqual({ folds: 2, last: '3', isDone: false });
    const second = await forgetChanges(context.db, { retentionMs: 5.5 * DAY, after: first.last, limit: 3 });
    expect(second).toEqual({ folds: 1, last: '4', isDone: true });
    expect(await held()).toEqual(['u5', 'u6', 'u7', 'u8']);
    expect(await forgetChanges(context.db, { retentionMs: 5.5 * DAY, after: second.last, limit: 3 })).toEqual({
      folds: 0,
      last: '4',
      isDone: true,
    });
    const { rows } = await sql<{ count: number }>`select count(*)::integer as count from relay.folds`.execute(
      context.db,
    );
    expect(rows).toEqual([{ count: 8 }]);
  });
});
