import { sql } from 'kysely';
import type { JsonObject } from '#contracts';
import { defineMapping, type Mapping, type ProjectedState, type StepResult } from '#mapping';
import { transaction } from '#postgres';
import { aRecord, anEvent, integrationDatabase, until, type IntegrationContext } from '#testing';
import { z } from 'zod';
import { foldSteps, type FoldReport } from './fold.engine.ts';
import { eventStep, type FoldStep } from './fold.step.ts';
import { lockStates } from './state.store.ts';

let context: IntegrationContext;

beforeAll(async () => {
  context = await integrationDatabase('folding');
});
beforeEach(async () => {
  await context.clear();
  await context.addConnection();
});
afterAll(() => context[Symbol.asyncDispose]());

const state = z.object({ said: z.array(z.string()) });

/** Keeps the words of its events in order: what is folded twice, left out or out of order shows. */
const words: Mapping = defineMapping({
  name: 'words',
  product: 'portal',
  version: 1,
  destination: 'zoho-crm',
  events: { 'user.said': { 1: z.object({ word: z.string() }) } },
  initial: { said: [] as string[] },
  fold: { 'user.said': ({ said }, { data }) => ({ said: [...said, data.word] }) },
  project: ({ said }) => [
    { module: 'Leads', identity: { field: 'External_User_ID', value: '42' }, fields: { Description: said.join(' ') } },
  ],
  setup: {},
  scopes: [],
});

function said(word: string, key = '42'): FoldStep {
  const event = anEvent({ id: `said-${key}-${word}`, type: 'user.said', subject: key, data: { word } });
  return eventStep(event, { record: aRecord(event), entityType: 'user' });
}

/** A person's edit: it adds a word, and tells the product so. */
function seen(word: string, key = '42'): FoldStep {
  const fold = (_mapping: Mapping, { state: before }: ProjectedState): StepResult => ({
    verdict: 'applied',
    state: { said: [...state.parse(before ?? { said: [] }).said, word] },
    commands: [],
    problems: [],
    events: [
      {
        module: 'Leads',
        type: 'crm.lead.said',
        subject: key,
        at: '2026-03-01T10:00:00Z',
        data: { user_id: key, word },
      },
    ],
  });
  return {
    source: 'crm',
    id: `seen-${key}-${word}`,
    type: 'crm.leads.observed',
    tenantId: 'portal',
    key,
    entityType: 'user',
    occurredAt: '2026-03-01T10:00:00Z',
    reachedAt: 1_772_359_200_000,
    record: null,
    input: { word },
    fold,
  };
}

const take = (...steps: FoldStep[]): Promise<FoldReport> =>
  transaction(context.db, (trx) => foldSteps(trx, { mapping: words, steps }));

async function stateOf(key = '42'): Promise<unknown> {
  const { rows } = await sql<{ state: JsonObject; sequence: string }>`
    select state, sequence::text as sequence from relay.states where mapping = 'words' and key = ${key}`.execute(
    context.db,
  );
  return rows[0];
}

const folds = async (key = '42'): Promise<unknown[]> =>
  (
    await sql<{ fold: unknown }>`
      select jsonb_build_array(sequence, source, event_id, verdict, input) as fold
        from relay.folds where key = ${key} order by sequence`.execute(context.db)
  ).rows.map(({ fold }) => fold);

describe('foldSteps', () => {
  it('keeps what was seen in the CRM in one order with the events of its key', async () => {
    await take(said('a'), seen('b'));
    await take(said('c'), said('c'));
    await take(seen('d'));
    expect(await stateOf()).toEqual({ state: { said: ['a', 'b', 'c', 'd'] }, sequence: '4' });
    expect(await folds()).toEqual([
      [1, 'event', 'said-42-a', 'applied', null],
      [2, 'crm', 'seen-42-b', 'applied', { word: 'b' }],
      [3, 'event', 'said-42-c', 'applied', null],
      [4, 'crm', 'seen-42-d', 'applied', { word: 'd' }],
    ]);
  });

  it('tells the product what was seen, once, under the key of the state', async () => {
    await take(seen('b'));
    const again = await take(seen('b'));
    expect(again).toEqual({ folded: [], setAside: [], repeated: 1 });
    const { rows } = await sql`
      select aggregate_type, aggregate_id, event_type, partition_key, tenant_id, payload, occurred_at
        from outbox.events`.execute(context.db);
    expect(rows).toEqual([
      {
        aggregate_type: 'leads',
        aggregate_id: '42',
        event_type: 'crm.lead.said',
        partition_key: '42',
        tenant_id: 'portal',
        payload: { user_id: '42', word: 'b' },
        occurred_at: new Date('2026-03-01T10:00:00Z'),
      },
    ]);
  });

  it('notes what the state did not change by: the place in the order is taken, the state is as it was', async () => {
    await take(said('a'));
    const ignored: FoldStep = {
      ...seen('b'),
      fold: (_mapping, { state: before }) => ({
        verdict: 'ignored',
        reason: 'not_now',
        state: before,
        commands: [],
        problems: [],
      }),
    };
    await take(ignored, said('c'));
    expect(await stateOf()).toEqual({ state: { said: ['a', 'c'] }, sequence: '3' });
    expect((await folds())[1]).toEqual([2, 'crm', 'seen-42-b', 'ignored', { word: 'b' }]);
  });

  it('keeps a step of the CRM that the pack cannot fold with its fold: there is no record to set aside', async () => {
    const broken: FoldStep = {
      ...seen('b'),
      fold: () => {
        throw new Error('a bug in the pack');
      },
    };
    const { setAside } = await take(broken);
    expect(setAside.map(({ result }) => result)).toMatchObject([{ verdict: 'set_aside', code: 'MAPPING_FAILED' }]);
    expect(await folds()).toEqual([[1, 'crm', 'seen-42-b', 'set_aside', { word: 'b' }]]);
    expect((await sql`select 1 from relay.set_aside`.execute(context.db)).rows).toEqual([]);
    expect(await stateOf()).toEqual({ state: null, sequence: '1' });
  });

  it('folds a step again that was set aside, though the inbox knows it', async () => {
    await take(said('a'));
    await take({ ...said('a'), admitted: true });
    expect(await stateOf()).toMatchObject({ state: { said: ['a', 'a'] } });
  });
});

describe('two processes that fold the same keys', () => {
  const keys = Array.from({ length: 20 }, (_, index) => `k${index}`);
  const rounds = Array.from({ length: 10 }, (_, index) => String(index));

  it('wait for each other, also for keys that are new: nothing is lost and each key has one order', async () => {
    const relay = rounds.map((round) => () => take(...keys.map((key) => said(`e${round}`, key))));
    const webhooks = rounds.map((round) => () => take(...keys.toReversed().map((key) => seen(`o${round}`, key))));
    const inTurn = async (works: (() => Promise<FoldReport>)[]): Promise<void> => {
      for (const work of works) await work();
    };
    await Promise.all([inTurn(relay), inTurn(webhooks)]);
    for (const key of keys) {
      const { rows } = await sql<{ word: string }>`
        select replace(replace(event_id, 'said-' || key || '-', ''), 'seen-' || key || '-', '') as word
          from relay.folds where key = ${key} order by sequence`.execute(context.db);
      const inOrder = rows.map(({ word }) => word);
      expect(inOrder).toHaveLength(20);
      expect(await stateOf(key)).toEqual({ state: { said: inOrder }, sequence: '20' });
      expect(inOrder.filter((word) => word.startsWith('e'))).toEqual(rounds.map((round) => `e${round}`));
    }
  });

  it('lock in the order of the keys: a second one waits at the first key that the other holds', async () => {
    await take(...keys.map((key) => said('a', key)));
    const client = await context.pool.connect();
    const [locked, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const first = transaction(context.db, async (trx) => {
      await lockStates(trx, words, [{ tenantId: 'portal', key: 'k0' }]);
      locked.resolve();
      await held.promise;
    });
    await locked.promise;
    const second = transaction(context.db, (trx) =>
      lockStates(
        trx,
        words,
        ['k9', 'k5', 'k0'].map((key) => ({ tenantId: 'portal', key })),
      ),
    );
    const waiting = async (): Promise<boolean> =>
      (
        await client.query(
          `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        )
      ).rows.length === 1;
    await until(waiting);
    // The later keys are still free: the second one took nothing before the first key.
    const free = await client.query(`select key from relay.states where key in ('k5', 'k9') for update skip locked`);
    expect(free.rows).toHaveLength(2);
    held.resolve();
    client.release();
    await Promise.all([first, second]);
  });
});
