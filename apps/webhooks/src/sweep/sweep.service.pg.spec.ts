import { sql } from 'kysely';
import { integrationDatabase, type IntegrationContext } from '#testing';
import type { ZohoClient } from '#zoho';
import { zohoContext, type ZohoContext } from '../../../../test/zoho/zoho.context.ts';
import { webhooksParts, type WebhooksParts } from '../../test/webhooks.parts.ts';
import { storeGap } from '../gap/gap.store.ts';
import { SweepService, type SweepOptions } from './sweep.service.ts';

const HOUR = 3_600_000;

let context: IntegrationContext;
let crm: ZohoContext;
let parts: WebhooksParts;
let marked: number;

beforeAll(async () => {
  context = await integrationDatabase('sweep');
  crm = await zohoContext();
});
beforeEach(async () => {
  await context.clear();
  await context.addConnection({ watch: { Leads: ['Lead_Status'] } });
  await crm.act('reset', { keep: ['tokens'] });
  parts = webhooksParts();
  marked = 0;
});
afterAll(async () => {
  await crm[Symbol.asyncDispose]();
  await context[Symbol.asyncDispose]();
});

/** A process of its own: nothing is kept in memory between two of them. */
function sweep(seed: Partial<SweepOptions> = {}): Promise<void> {
  const { logger, metrics } = parts;
  const service = new SweepService({
    db: context.db,
    clients: { clientOf: () => Promise.resolve(crm.zoho) },
    mappings: [],
    intervalMs: HOUR,
    overlapMs: 300_000,
    budget: 1000,
    logger,
    metrics,
    onMarked: () => void (marked += 1),
    failurePauseMs: 0,
    ...seed,
  });
  return service.round();
}

async function makeLeads(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let from = 0; from < count; from += 100) {
    const records = Array.from({ length: Math.min(100, count - from) }, (_, index) => ({
      Last_Name: `L${from + index}`,
    }));
    const outcomes = await crm.zoho.insert('Leads', { records, trigger: [] });
    ids.push(...outcomes.flatMap((outcome) => (outcome.kind === 'succeeded' ? outcome.recordId : [])));
  }
  expect(ids).toHaveLength(count);
  return ids;
}

async function dirty(): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select record_id as id from webhooks.dirty where connection_id = 'c1' and reason = 'sweep' order by record_id`.execute(
    context.db,
  );
  return rows.map(({ id }) => id);
}

/** As if the hydrator had read everything that is dirty, so many seconds from now. */
async function readAll({ after = 120 } = {}): Promise<void> {
  const records = new Map((await crm.records('Leads')).map((record) => [String(record['id']), record]));
  for (const id of await dirty()) {
    const time = (records.get(id)?.['Modified_Time'] as string | undefined) ?? null;
    await sql`
      insert into webhooks.seen values ('c1', 'Leads', ${id}, ${time}::timestamptz, now() + make_interval(secs => ${after}))
          on conflict (connection_id, module, record_id) do update
         set modified_at = excluded.modified_at, read_at = excluded.read_at`.execute(context.db);
  }
  await sql`truncate webhooks.dirty`.execute(context.db);
}

interface SweepRow {
  readonly run_kind: string | null;
  readonly last_kind: string | null;
  readonly last_listed: string | null;
  readonly last_marked: string | null;
  readonly is_due: boolean;
  readonly has_snapshot: boolean;
  readonly failure_code: string | null;
}

async function state(): Promise<SweepRow | undefined> {
  const { rows } = await sql<SweepRow>`
    select run_kind, last_kind, last_listed, last_marked, due_at <= clock_timestamp() as is_due,
           snapshot_at is not null as has_snapshot, failure_code from webhooks.sweeps`.execute(context.db);
  return rows[0];
}
const makeDue = async (): Promise<void> => {
  await sql`update webhooks.sweeps set due_at = now()`.execute(context.db);
};

describe('the first sweep', () => {
  it('lists every record, more than 2,000 of one second among them', async () => {
    const ids = await makeLeads(2300);
    await sweep();
    expect(await dirty()).toEqual(ids.toSorted());
    expect(await state()).toMatchObject({ last_kind: 'snapshot', run_kind: null, is_due: false, has_snapshot: true });
    expect(marked).toBeGreaterThan(10);
    const kinds = new Set(await crm.callKinds());
    expect([...kinds].filter((kind) => kind.includes('search'))).toEqual([]);
  });

  it('goes on where a process was that died, and loses one call at most', async () => {
    const ids = await makeLeads(1100);
    const before = (await crm.callKinds()).length;
    for (let round = 0; round < 20 && (await state())?.has_snapshot !== true; round += 1) {
      await sweep({ budget: 2 });
      await makeDue();
    }
    expect(await dirty()).toEqual(ids.toSorted());
    // Six pages and the list of deleted ones, and a page for each new second.
    expect((await crm.callKinds()).length - before).toBeLessThan(25);
    expect(Number((await state())?.last_listed)).toBeGreaterThanOrEqual(1100);
  });

  it('shows its progress', async () => {
    await makeLeads(600);
    await sweep({ budget: 2 });
    const { rows } = await sql`select run_kind, run_phase, run_listed::integer, run_calls from webhooks.sweeps`.execute(
      context.db,
    );
    expect(rows).toEqual([{ run_kind: 'snapshot', run_phase: 'modified', run_listed: 400, run_calls: 2 }]);
  });

  it('goes on after a call that failed, and from the time it knows when a place in the list is not taken any more', async () => {
    const ids = await makeLeads(2300);
    await sweep({ budget: 11 });
    await crm.act('clock', { advanceMs: 25 * HOUR });
    await makeDue();
    for (let round = 0; round < 5 && (await state())?.has_snapshot !== true; round += 1) {
      await sweep();
      await makeDue();
    }
    expect(await dirty()).toEqual(ids.toSorted());
  });

  it('says what failed', async () => {
    await crm.act('faults', { kind: 'records.list', count: 1, effect: { status: 500 } });
    await sweep({ failurePauseMs: 60_000 });
    expect(await state()).toMatchObject({ failure_code: 'CRM_UNAVAILABLE', is_due: false });
    expect(parts.lines).toContainEqual(expect.objectContaining({ level: 'warn', code: 'CRM_UNAVAILABLE' }));
  });
});

describe('later sweeps', () => {
  beforeEach(async () => {
    await makeLeads(30);
    await sweep();
    await readAll();
    await crm.act('clock', { advanceMs: 10 * 60_000 });
  });

  it('mark what changed, and not what was read in that version', async () => {
    await crm.act('edit', { module: 'Leads', match: { Last_Name: 'L7' }, fields: { Phone: '1' } });
    await makeDue();
    await sweep();
    expect(await dirty()).toHaveLength(1);
    await readAll({ after: 3600 });
    await makeDue();
    await sweep();
    expect(await dirty()).toEqual([]);
    expect(await parts.metric('sweep_listed_total')).toContainEqual(expect.stringMatching(/found="known".* [1-9]/));
  });

  it('regression: an edit in the second of one that was read is found', async () => {
    await crm.act('edit', { module: 'Leads', match: { Last_Name: 'L7' }, fields: { Phone: '1' } });
    await makeDue();
    await sweep();
    // The simulator's clock is ahead: this reading began before the change, as far as times tell.
    await readAll({ after: 0 });
    await makeDue();
    await sweep();
    expect(await dirty()).toHaveLength(1);
  });

  it('find what was deleted, once, and nothing that never concerned us', async () => {
    const [gone] = await crm.zoho.insert('Leads', { records: [{ Last_Name: 'Never read' }], trigger: [] });
    await crm.act('delete', { module: 'Leads', match: { Last_Name: 'Never read' } });
    await crm.act('delete', { module: 'Leads', match: { Last_Name: 'L3' } });
    await makeDue();
    await sweep();
    const found = await dirty();
    expect(found).toHaveLength(1);
    expect(found).not.toContain(gone?.kind === 'succeeded' ? gone.recordId : '');
    await readAll({ after: 3600 });
    await makeDue();
    await sweep();
    expect(await dirty()).toEqual([]);
  });

  it('find a Lead that was converted', async () => {
    await crm.act('convert', { module: 'Leads', match: { Last_Name: 'L3' } });
    await makeDue();
    await sweep();
    expect(await dirty()).toHaveLength(1);
  });

  it('are due at once after a gap, and reach back behind it', async () => {
    await sweep();
    expect(await state()).toMatchObject({ is_due: false });
    const since = new Date(Date.now() - 2 * 24 * HOUR);
    await storeGap(context.db, { connectionId: 'c1', module: 'Leads', since, until: new Date(), reason: 'expired' });
    expect(await state()).toMatchObject({ is_due: true });
    await sql`truncate webhooks.seen`.execute(context.db);
    await sweep();
    expect(await dirty()).toHaveLength(30);
    expect(await state()).toMatchObject({ last_kind: 'sweep', is_due: false });
  });

  it('are due again where a gap was noted while one went on', async () => {
    await makeDue();
    const gap = { connectionId: null, module: null, until: new Date(), reason: 'postgres' } as const;
    const clientOf = async (): Promise<ZohoClient> => {
      await sql`update webhooks.sweeps set run_started_at = now(), run_asks = asks where run_started_at is null`.execute(
        context.db,
      );
      await storeGap(context.db, { ...gap, since: new Date() });
      return crm.zoho;
    };
    await sweep({ clients: { clientOf } });
    expect(await state()).toMatchObject({ last_kind: 'sweep', is_due: true });
    await sweep();
    expect(await state()).toMatchObject({ is_due: false });
  });

  it('come as often as the connection says for the module', async () => {
    await sql`update connections.connections set settings = settings || '{"sweep": {"Leads": {"minutes": 1}}}'`.execute(
      context.db,
    );
    await makeDue();
    await sweep();
    const { rows } = await sql<{ seconds: number }>`
      select extract(epoch from due_at - now())::integer as seconds from webhooks.sweeps`.execute(context.db);
    expect(rows[0]?.seconds).toBeGreaterThan(30);
    expect(rows[0]?.seconds).toBeLessThanOrEqual(60);
  });

  it('end with what is not watched any more', async () => {
    await sql`update connections.connections set settings = '{}'`.execute(context.db);
    await sweep();
    expect(await state()).toBeUndefined();
  });
});

it('regression: a second in which more records changed than a list shows is gone through by id, and told', async () => {
  await makeLeads(100);
  const records = await crm.records('Leads');
  const times = records.map((record) => String(record['Modified_Time']));
  const countOf = (time: string): number => times.filter((each) => each === time).length;
  const [busiest] = times.toSorted((one, other) => countOf(other) - countOf(one));
  // The list shows twenty of that second, and does not lead on.
  const listModifiedSince: ZohoClient['listModifiedSince'] = async (module, options) => {
    const answer = await crm.zoho.listModifiedSince(module, options);
    if (answer.kind !== 'ok' || options.since.getTime() > Date.parse(busiest ?? '')) return answer;
    const first = answer.records.findIndex((record) => record['Modified_Time'] === busiest);
    if (first === -1) return answer;
    return { kind: 'ok', records: answer.records.slice(0, first + 20), next: null, truncated: true };
  };
  await sweep({ clients: { clientOf: () => Promise.resolve({ ...crm.zoho, listModifiedSince }) } });
  expect(await dirty()).toEqual(records.map((record) => String(record['id'])).toSorted());
  expect(parts.lines.filter(({ code }) => code === 'SWEEP_SECOND_CROWDED')).toHaveLength(1);
  expect(await parts.metric('sweep_crowded_seconds_total')).toHaveLength(1);
});

it('is done by one process at a time', async () => {
  let [inside, most] = [0, 0];
  const clientOf = async (): Promise<ZohoClient> => {
    inside += 1;
    most = Math.max(most, inside);
    await context.pool.query('select pg_sleep(0.02)');
    inside -= 1;
    return crm.zoho;
  };
  await Promise.all(Array.from({ length: 4 }, () => sweep({ clients: { clientOf } })));
  expect(most).toBe(1);
});
