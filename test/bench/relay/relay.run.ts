import { sql } from 'kysely';
import { SystemFixture } from '../../support/system.fixture.ts';
import { until } from '../../support/until.ts';
import type { Workload } from './credit.floor.ts';
import type { SitesEvent } from './sites.events.ts';

/** What one mode of the relay is measured with. */
export interface Mode {
  readonly coalescing: boolean;
  readonly batching: boolean;
  /** Calls at a time. */
  readonly concurrency: number;
}

/** Calls of one kind, as the simulator counted them. */
export interface CallSum {
  readonly kind: string;
  readonly calls: number;
  readonly records: number;
  readonly credits: number;
}

/** A whole system with the pack property-sites, and a CRM of Professional edition that takes its time. */
export class RelayRun {
  readonly fixture: SystemFixture;

  private constructor(fixture: SystemFixture) {
    this.fixture = fixture;
  }

  static async start(mode: Mode, latencyMs: number): Promise<RelayRun> {
    const env = {
      CAUSEWAY_SIMULATOR_EDITION: 'Professional',
      CAUSEWAY_COALESCING: String(mode.coalescing),
      CAUSEWAY_DISPATCH_BATCH: mode.batching ? '100' : '1',
      CAUSEWAY_DISPATCH_CONCURRENCY: String(mode.concurrency),
    };
    // No channels: the reads of a webhook service would be counted as the relay's.
    const fixture = await SystemFixture.start({ pack: 'property-sites', product: 'sites', env, watch: {} });
    await fixture.simulator.act('settings', { latencyMs });
    return new RelayRun(fixture);
  }

  stop(): Promise<void> {
    return this.fixture.stop();
  }

  /** Commits events in one transaction. */
  async emit(events: readonly SitesEvent[]): Promise<void> {
    const rows = JSON.stringify(events.map((event, position) => ({ ...event, user: String(event.user), position })));
    await sql`
      select outbox.emit('user', r.user, r.type, r.payload, id => r.id::uuid, occurred_at => r."occurredAt"::timestamptz,
                         tenant_id => 'sites')
        from (select * from jsonb_to_recordset(${rows}::jsonb)
                as r (id text, "user" text, type text, "occurredAt" text, payload jsonb, position integer)
               order by position) r`.execute(this.fixture.product);
  }

  /** Waits until so many events were folded and every command has ended. @throws Error when one was parked */
  async done(events: number, timeoutMs: number): Promise<void> {
    await until(
      'every command to be done',
      async () => {
        const { rows } = await sql<{ folded: number; open: number; parked: number }>`
          select (select count(*)::integer from relay.folds) as folded,
                 (select count(*)::integer from ledger.commands where state in ('ready', 'in_flight', 'unknown')) as open,
                 (select count(*)::integer from ledger.commands where state = 'parked') as parked`.execute(
          this.fixture.integration,
        );
        const [row] = rows;
        if ((row?.parked ?? 0) > 0) throw new Error(`${row?.parked} commands were parked: see causeway parked list`);
        return row !== undefined && row.folded >= events && row.open === 0 ? true : undefined;
      },
      timeoutMs,
    );
  }

  /** For each event with commands: when its first and its last one had their answers, in epoch milliseconds. */
  async answers(): Promise<Map<string, { readonly first: number; readonly last: number }>> {
    const { rows } = await sql<{ event: string; first: Date; last: Date }>`
      select c.event_id as event, min(coalesce(t.finished_at, c.finished_at)) as first,
             max(coalesce(t.finished_at, c.finished_at)) as last
        from ledger.commands c left join ledger.commands t on t.id = c.merged_into
       group by c.event_id`.execute(this.fixture.integration);
    return new Map(rows.map(({ event, first, last }) => [event, { first: first.getTime(), last: last.getTime() }]));
  }

  async commands(): Promise<{ readonly made: number; readonly merged: number; readonly saved: number }> {
    const { rows } = await sql<{ made: number; merged: number; saved: number }>`
      select count(*)::integer as made, count(merged_into)::integer as merged,
             (count(*) filter (where reason = 'saved'))::integer as saved from ledger.commands`.execute(
      this.fixture.integration,
    );
    return rows[0] ?? { made: 0, merged: 0, saved: 0 };
  }

  /** What the commands ask of the CRM at least. */
  async workload(): Promise<Workload> {
    const { rows } = await sql<Workload>`
      with told as (
        select operation, module, record_key,
               lag(operation) over one as operation_before, lag(trigger) over one is distinct from trigger as other_trigger
          from ledger.commands
        window one as (partition by connection_id, record_key order by id)
      )
      select (count(*) filter (where operation = 'convert'))::integer as conversions,
             (count(*) filter (where operation = 'note'))::integer as notes,
             (count(*) filter (where operation = 'task'))::integer as tasks,
             (count(distinct record_key) filter (where operation = 'write'))::integer as records,
             (count(*) filter (where operation = 'write'
                                 and (operation_before is distinct from 'write' or other_trigger)))::integer as writes
        from told`.execute(this.fixture.integration);
    return rows[0] ?? { conversions: 0, notes: 0, tasks: 0, records: 0, writes: 0 };
  }

  /** The calls since the one with this number. */
  async calls(since: number): Promise<CallSum[]> {
    const calls = (await this.fixture.simulator.calls()).filter(({ n, kind }) => Number(n) > since && kind !== 'token');
    const kinds = Map.groupBy(calls, ({ kind }) => String(kind));
    const sum = (of: readonly Record<string, unknown>[], name: string): number =>
      of.reduce((total, each) => total + Number(each[name] ?? 0), 0);
    return [...kinds]
      .map(([kind, of]) => ({ kind, calls: of.length, records: sum(of, 'recordCount'), credits: sum(of, 'credits') }))
      .toSorted((a, b) => b.credits - a.credits);
  }

  async lastCall(): Promise<number> {
    return Number((await this.fixture.simulator.calls()).at(-1)?.['n'] ?? 0);
  }
}
