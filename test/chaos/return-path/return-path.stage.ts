import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sql } from 'kysely';
import { until } from '#testing';
import { SystemFixture } from '../../support/system.fixture.ts';
import type { ToldEdit } from './return-path.checker.ts';
import { DAY_MS, FINE, type Weather } from './return-path.weather.ts';

/** As return-path.program.ts reads it; imported, that would arm itself here. */
const POINTS_FILE_VARIABLE = 'CHAOS_POINTS_FILE';
const PROGRAM = pathToFileURL(join(import.meta.dirname, `return-path.program${extname(import.meta.filename)}`)).href;
const MAKING_MS = 120_000;
/** The CRM's clock leaps and the service's does not: a channel that is asked for has to end after the time that the CRM has by then. */
const CHANNEL_DAYS = 6;

/** A whole system whose webhook service ends at named steps, with Leads that people edit. */
export class ReturnPathStage implements AsyncDisposable {
  readonly #fixture: SystemFixture;
  readonly #folder: string;
  #passedMs = 0;
  #lastTold = '00000000-0000-0000-0000-000000000000';

  private constructor(fixture: SystemFixture, folder: string) {
    [this.#fixture, this.#folder] = [fixture, folder];
  }

  static async open(ids: readonly string[]): Promise<ReturnPathStage> {
    const folder = await mkdtemp(join(tmpdir(), 'causeway-return-path-'));
    const fixture = await SystemFixture.start({
      env: {
        CAUSEWAY_SWEEP_INTERVAL: '1s',
        CAUSEWAY_SWEEP_OVERLAP: '30s',
        CAUSEWAY_LEASE_TIME: '3s',
        CAUSEWAY_CHANNEL_LIFE: `${CHANNEL_DAYS}d`,
        [POINTS_FILE_VARIABLE]: join(folder, 'points'),
        NODE_OPTIONS: `--import=${PROGRAM}`,
      },
    });
    const stage = new ReturnPathStage(fixture, folder);
    await sql`
      insert into public.users (id, email, full_name)
      select id, id || '@example.test', 'Some One' from unnest(${[...ids]}::text[]) as id`.execute(fixture.product);
    await fixture.quiet(MAKING_MS);
    return stage;
  }

  get integration(): SystemFixture['integration'] {
    return this.#fixture.integration;
  }

  /** Whether the service can still have channels when so much more time has passed for the CRM than for it. */
  keepsChannels({ passesMs = 0 }: Weather): boolean {
    return this.#passedMs + passesMs < CHANNEL_DAYS * DAY_MS;
  }

  /** Whether the CRM's clock is ahead. */
  get hasLeaped(): boolean {
    return this.#passedMs > 0;
  }

  async begin({ settings, isDown }: Weather): Promise<void> {
    await this.#fixture.simulator.act('notifications', { ...FINE, ...settings });
    if (isDown !== true) return;
    writeFileSync(this.#down, '');
    this.#fixture.service('webhooks').kill('SIGKILL');
  }

  /** Time passes, then all is as it should be. */
  async end({ passesMs = 0 }: Weather): Promise<void> {
    this.#passedMs += passesMs;
    if (passesMs > 0) await this.#fixture.simulator.act('clock', { advanceMs: passesMs });
    rmSync(this.#down, { force: true });
    await this.#fixture.simulator.act('notifications', FINE);
  }

  /** The service ends at each of these, whenever it passes it next. */
  async arm(points: readonly string[]): Promise<void> {
    writeFileSync(this.#points, points.join('\n'));
    await this.provoke();
  }

  /** Those that it has not passed yet. */
  get armed(): string[] {
    return existsSync(this.#points)
      ? readFileSync(this.#points, 'utf8')
          .split('\n')
          .filter((line) => line !== '')
      : [];
  }

  disarm(): void {
    rmSync(this.#points, { force: true });
  }

  /** What does not come by itself for days. */
  async provoke(): Promise<void> {
    if (this.armed.includes('channel subscribed'))
      await sql`update webhooks.channels set renew_asked_at = now()`.execute(this.#fixture.integration);
  }

  async edit(id: string, value: string): Promise<void> {
    await this.#fixture.simulator.act('edit', {
      module: 'Leads',
      match: { External_User_ID: id },
      fields: { Lead_Status: value },
      user: 'Sam Sales',
    });
  }

  /** What the product holds, by record. */
  async held(): Promise<Map<string, string>> {
    const { rows } = await sql<{ id: string; crm_status: string | null }>`
      select id, crm_status from public.users`.execute(this.#fixture.product);
    return new Map(rows.map(({ id, crm_status: status }) => [id, status ?? '']));
  }

  /** Waits until the product holds this, and nothing is under way any more. @returns false when it does not in time. */
  async settled(wanted: ReadonlyMap<string, string>, timeoutMs: number): Promise<boolean> {
    const isEqual = async (): Promise<boolean> => {
      const held = await this.held();
      return [...wanted].every(([id, value]) => held.get(id) === value);
    };
    try {
      await until(isEqual, { what: 'what people did is in the product', timeoutMs });
      await this.#fixture.quiet(timeoutMs);
      return true;
    } catch {
      return false;
    }
  }

  /** Events of edits since the last look, in order. */
  async told(): Promise<ToldEdit[]> {
    const { rows } = await sql<ToldEdit & { event: string }>`
      select aggregate_id as id, payload -> 'changes' -> 'Lead_Status' ->> 'before' as before,
             payload -> 'changes' -> 'Lead_Status' ->> 'after' as after, e.id::text as event
        from outbox.events e where event_type = 'crm.lead.changed' and e.id > ${this.#lastTold}::uuid order by e.id`.execute(
      this.#fixture.integration,
    );
    this.#lastTold = rows.at(-1)?.event ?? this.#lastTold;
    return rows;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disarm();
    rmSync(this.#down, { force: true });
    await this.#fixture.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  get #points(): string {
    return join(this.#folder, 'points');
  }

  get #down(): string {
    return `${this.#points}.down`;
  }
}
