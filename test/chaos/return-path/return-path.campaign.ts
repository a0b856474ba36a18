import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { sql } from 'kysely';
import { SystemFixture } from '../support/system.fixture.ts';
import { until } from '../support/until.ts';
import { FAULT_POINTS } from '../../apps/webhooks/src/fault.points.ts';
import { SeededRandom } from './seeded.random.ts';

/** As return-path.program.ts reads it; imported, that would arm itself here. */
const POINT_FILE_VARIABLE = 'CHAOS_POINT_FILE';
const TRIGGER = pathToFileURL(join(import.meta.dirname, `return-path.program${extname(import.meta.filename)}`)).href;

/** What people do, and what happens to the way of it. */
export interface ReturnPathPlan {
  readonly rounds: number;
  readonly seed: number;
  /** Edits in a round, on so many records. */
  readonly edits: number;
  readonly records: number;
  readonly say: (line: string) => void;
}

export interface ReturnPathFindings {
  readonly edits: number;
  /** Rounds in which the service was killed at its point. */
  readonly kills: number;
  /** Records whose last value is not in the product. */
  readonly missing: readonly string[];
  /** Events that say nothing new: their value after is the one before, or the same change twice. */
  readonly doubled: readonly string[];
  /** Values that nobody set. */
  readonly wrong: readonly string[];
}

const STATUSES = ['Contacted', 'Lost Lead', 'Junk Lead', 'Not Contacted', 'Pre-Qualified'];
const DAY_MS = 86_400_000;
/** Notifications of one round: each is one kind of trouble, or several. */
const WEATHER = [
  { name: 'lost 30 %', settings: { loss: 0.3 } },
  { name: 'doubled', settings: { duplicate: 1 } },
  { name: 'reordered and delayed', settings: { reorder: 0.5, delayMs: 500 } },
  { name: 'all withheld', settings: { loss: 1 } },
  { name: 'lost, doubled, reordered', settings: { loss: 0.3, duplicate: 0.3, reorder: 0.3, delayMs: 100 } },
] as const;
const FINE = { loss: 0, duplicate: 0, reorder: 0, delayMs: 0 };

/**
 * People edit records while notifications are lost, doubled, reordered, delayed and withheld, the CRM's clock leaps a day, its channels
 * are gone, and the webhook service is killed. After the sweeps the product has to hold what the CRM does, each change once.
 */
export async function runReturnPathCampaign(plan: ReturnPathPlan): Promise<ReturnPathFindings> {
  const folder = await mkdtemp(join(tmpdir(), 'causeway-return-path-'));
  const pointFile = join(folder, 'point');
  const fixture = await SystemFixture.start({
    env: {
      CAUSEWAY_SWEEP_INTERVAL: '1s',
      CAUSEWAY_SWEEP_OVERLAP: '30s',
      CAUSEWAY_LEASE_TIME: '3s',
      [POINT_FILE_VARIABLE]: pointFile,
      NODE_OPTIONS: `--import=${TRIGGER}`,
    },
  });
  try {
    return await play(fixture, plan, pointFile);
  } finally {
    await fixture.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function play(fixture: SystemFixture, plan: ReturnPathPlan, pointFile: string): Promise<ReturnPathFindings> {
  const random = new SeededRandom(plan.seed);
  const ids = Array.from({ length: plan.records }, (_, index) => `r-${index}`);
  await sql`
    insert into public.users (id, email, full_name)
    select id, id || '@example.test', 'Some One' from unnest(${ids}::text[]) as id`.execute(fixture.product);
  await fixture.quiet(120_000);
  const history = new Map(ids.map((id) => [id, ['']]));
  let kills = 0;
  for (let round = 0; round < plan.rounds; round += 1) {
    const weather = WEATHER[round % WEATHER.length] ?? WEATHER[0];
    const killAt = random.int(0, plan.edits - 1);
    const point = FAULT_POINTS[round % FAULT_POINTS.length] ?? 'records claimed';
    const leaps = random.chance(0.25);
    plan.say(
      `round ${round + 1}: notifications ${weather.name}${leaps ? ', a day later' : ''}, killed at "${point}" from edit ${killAt + 1} on`,
    );
    await fixture.simulator.act('notifications', { ...FINE, ...weather.settings });
    if (leaps) await fixture.simulator.act('clock', { advanceMs: DAY_MS + 60_000 });
    for (let edit = 0; edit < plan.edits; edit += 1) {
      if (edit === killAt) {
        writeFileSync(pointFile, point);
        // A new subscription is needed for this one.
        if (point === 'channel subscribed') await askForRenewal(fixture);
      }
      const id = random.pick(ids);
      const value = random.pick(STATUSES);
      await fixture.simulator.act('edit', {
        module: 'Leads',
        match: { External_User_ID: id },
        fields: { Lead_Status: value },
        user: 'Sam Sales',
      });
      history.get(id)?.push(value);
      await wait(random.int(0, 10));
    }
    if (await isGone(pointFile)) kills += 1;
    else rmSync(pointFile, { force: true });
  }
  await fixture.simulator.act('notifications', FINE);
  const wanted = new Map([...history].map(([id, values]) => [id, values.at(-1) ?? '']));
  const missing = await untilEqual(fixture, wanted);
  return { edits: plan.rounds * plan.edits, kills, missing, ...(await judgeEvents(fixture, history)) };
}

async function askForRenewal(fixture: SystemFixture): Promise<void> {
  await sql`update webhooks.channels set renew_asked_at = now()`.execute(fixture.integration);
}

/** The service met its point, sooner or later: a sweep comes every second, and channels are looked at every five. */
async function isGone(file: string): Promise<boolean> {
  for (let waited = 0; waited < 60_000 && existsSync(file); waited += 100) await wait(100);
  return !existsSync(file);
}

/** Waits for the sweeps; then those whose value is not in the product. */
async function untilEqual(fixture: SystemFixture, wanted: ReadonlyMap<string, string>): Promise<string[]> {
  let missing: string[] = [];
  const isEqual = async (): Promise<true | null> => {
    const { rows } = await sql<{ id: string; crm_status: string | null }>`
      select id, crm_status from public.users`.execute(fixture.product);
    missing = rows.filter(({ id, crm_status: held }) => (held ?? '') !== wanted.get(id)).map(({ id }) => id);
    return missing.length === 0 ? true : null;
  };
  await until('what people did is in the product', isEqual, 120_000).catch(() => undefined);
  return missing;
}

interface Told {
  readonly id: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** Each event has to go on from the one before it, and to a value that somebody set. */
async function judgeEvents(
  fixture: SystemFixture,
  history: ReadonlyMap<string, readonly string[]>,
): Promise<Pick<ReturnPathFindings, 'doubled' | 'wrong'>> {
  const { rows } = await sql<Told>`
    select aggregate_id as id, payload -> 'changes' -> 'Lead_Status' ->> 'before' as before,
           payload -> 'changes' -> 'Lead_Status' ->> 'after' as after
      from outbox.events e where event_type = 'crm.lead.changed' order by e.id`.execute(fixture.integration);
  const held = new Map<string, string>();
  const doubled: string[] = [];
  const wrong: string[] = [];
  for (const { id, before, after } of rows) {
    const last = held.get(id) ?? '';
    if ((before ?? '') !== last || before === after) doubled.push(`${id}: after "${last}" came ${before} -> ${after}`);
    if (history.get(id)?.includes(after ?? '') !== true) wrong.push(id);
    held.set(id, after ?? '');
  }
  return { doubled, wrong };
}
