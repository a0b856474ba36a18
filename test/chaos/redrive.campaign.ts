import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { sql, type Kysely } from 'kysely';
import { insertCommands, type NewCommand } from '#ledger';
import { createDatabase, createPool, transaction, type IntegrationDatabase } from '#postgres';
import { appProgram } from '#system';
import { until } from '../support/until.ts';
import type { Counters } from './campaign.checker.ts';
import type { ReportedRound } from './campaign.report.ts';
import { checkRedrive, IDENTITY, noteTitle, SCORE, type RedrivenUser } from './redrive.checker.ts';
import { RelayStage, type RelayStageOptions } from './relay.stage.ts';
import { settleRelay } from './relay.settle.ts';
import { SeededRandom } from './seeded.random.ts';

const CODE = 'CRM_MANDATORY_MISSING';
const KILLS = 2;
const CHUNK = 2000;
const PATIENCE_MS = 600_000;

export interface RedriveCampaign {
  readonly servers: RelayStageOptions['servers'];
  readonly rounds: number;
  readonly seed: number;
  /** Parked commands of a round. */
  readonly commands: number;
  readonly onRound?: (round: ReportedRound) => void;
  readonly signal?: AbortSignal;
}

export interface RedriveResult extends Counters {
  readonly rounds: number;
  readonly amount: number;
  readonly unplayed: number;
  readonly alarms: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly skipped: readonly string[];
}

/**
 * Many parked commands are redriven by the command line while a relay sends them. The command is killed twice on the way, and the relay
 * once; then the same again ends the work. In the CRM every record has to be there once, its values in their order, every note once.
 */
export async function runRedriveCampaign(campaign: RedriveCampaign): Promise<RedriveResult> {
  const { servers, rounds, seed, commands, onRound, signal } = campaign;
  await using stage = await RelayStage.open({ servers });
  const db = createDatabase<IntegrationDatabase>(
    createPool({ url: stage.details.integration.url, max: 3, applicationName: 'causeway-chaos' }),
  );
  const counters = { lost: 0, doubled: 0, misordered: 0, wrong: 0, unplayed: 0, alarms: 0, rounds: 0, amount: 0 };
  try {
    for (let round = 1; round <= rounds; round += 1) {
      if (signal?.aborted === true) break;
      const random = new SeededRandom(seed + round);
      const played = await playRound({ stage, db, random, first: (round - 1) * commands + 1, commands });
      for (const name of ['lost', 'doubled', 'misordered', 'wrong'] as const) counters[name] += played[name];
      counters.unplayed += played.unplayed === undefined ? 0 : 1;
      counters.alarms += played.alarms.length === 0 ? 0 : 1;
      counters.rounds += 1;
      counters.amount += commands;
      onRound?.({ ...played, round });
    }
    const faults = { 'redrive killed twice, relay once': counters.rounds };
    return { ...counters, faults, skipped: [] };
  } finally {
    await db.destroy();
  }
}

interface RoundScene {
  readonly stage: RelayStage;
  readonly db: Kysely<IntegrationDatabase>;
  readonly random: SeededRandom;
  readonly first: number;
  readonly commands: number;
}

async function playRound(scene: RoundScene): Promise<Omit<ReportedRound, 'round'>> {
  const { stage, db, random, first, commands } = scene;
  const users = Array.from({ length: commands }, (_, at) => ({ id: first + at, hasNote: at % 10 === 0 }));
  await stage.journal.next();
  await parkAll(db, stage, users);
  if (stage.running.length === 0) await stage.startConsuming();
  let unplayed: string | undefined;
  for (let kill = 1; kill <= KILLS; kill += 1) {
    // Each kill within a part of the work of its own.
    const share = (KILLS + 1 - kill) / (KILLS + 1);
    const left = Math.floor(commands * (share - (random.next() * 0.6) / (KILLS + 1)));
    const child = startRedrive(stage);
    const reached = await Promise.race([
      until(`fewer than ${left} parked`, async () => ((await parkedCount(db)) <= left ? 'there' : null), PATIENCE_MS),
      once(child, 'close').then(() => 'ended'),
    ]);
    if (reached === 'ended') unplayed = `the command ended before kill ${kill}`;
    await killed(child);
    if (kill === 1) {
      await stage.endAll('SIGKILL');
      await stage.forgetDeadMembers();
      await stage.startConsuming();
    }
  }
  const started = performance.now();
  const last = startRedrive(stage);
  const [code] = (await once(last, 'close')) as [number];
  if (code !== 0) unplayed = `the last redrive ended with ${code}`;
  const left = await settleRelay(stage, { patienceMs: PATIENCE_MS });
  const found = checkRedrive({
    users,
    leads: await stage.crm.records('Leads'),
    notes: await stage.crm.records('Notes'),
    writes: await stage.journal.next(),
  });
  const examples = [...left.map((what) => `wrong: ${what} at the end`), ...found.examples];
  return {
    ...found,
    wrong: found.wrong + left.length,
    examples,
    fault: 'redrive killed twice, relay once',
    detail: String(commands),
    amount: commands,
    settleMs: Math.round(performance.now() - started),
    ...(unplayed === undefined ? {} : { unplayed }),
    alarms: stage.takeAlarms(),
  };
}

/** A write that is parked, one behind it that shares no call with it, and of some a note behind both. */
async function parkAll(
  db: Kysely<IntegrationDatabase>,
  { pack }: RelayStage,
  users: readonly RedrivenUser[],
): Promise<void> {
  const of = (id: number, eventId: string, command: Partial<NewCommand['command']>): NewCommand => ({
    origin: {
      connectionId: `zoho-${pack.product}`,
      product: pack.product,
      entityType: 'user',
      entityId: String(id),
      mapping: pack.name,
      mappingVersion: pack.mapping.version,
      eventId,
      occurredAt: '2026-03-01T10:00:00Z',
      lane: 'live',
    },
    command: {
      operation: 'write',
      module: 'Leads',
      identity: { field: IDENTITY, value: id },
      fields: {},
      trigger: [],
      whenConverted: 'follow',
      ...command,
    },
  });
  const parked = users.map(({ id }) => {
    const fields = { Last_Name: `User ${id}`, Company: 'Causeway', [SCORE]: 1 };
    return of(id, `redrive-${id}-parked`, { fields, trigger: ['workflow'] });
  });
  const behind = users.map(({ id }) => of(id, `redrive-${id}-behind`, { fields: { [SCORE]: 2 } }));
  const notes = users
    .filter(({ hasNote }) => hasNote)
    .map(({ id }) => {
      const effectKey = `${pack.product}/redriven/${id}`;
      const fields = { Note_Title: noteTitle(id), Note_Content: `[causeway:${effectKey}]` };
      return of(id, `redrive-${id}-note`, { operation: 'note', fields, effectKey });
    });
  const all = [...parked, ...behind, ...notes];
  await transaction(db, async (trx) => {
    for (let start = 0; start < all.length; start += CHUNK) await insertCommands(trx, all.slice(start, start + CHUNK));
    await sql`
      update ledger.commands set state = 'parked', code = ${CODE}
       where event_id like 'redrive-%-parked' and state = 'ready'`.execute(trx);
  });
}

async function parkedCount(db: Kysely<IntegrationDatabase>): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::integer as count from ledger.commands where state = 'parked'`.execute(db);
  return rows[0]?.count ?? 0;
}

/** The command as an operator runs it. */
function startRedrive({ details }: RelayStage): ChildProcess {
  const args = ['redrive', '--code', CODE, '--reason', 'the field is there now', '--by', 'campaign', '--yes', '--json'];
  return spawn(process.execPath, ['--disable-warning=TimeoutNegativeWarning', appProgram('cli'), ...args], {
    env: { PATH: process.env['PATH'] ?? '', CAUSEWAY_INTEGRATION_URL: details.integration.url },
    stdio: 'ignore',
  });
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
}
