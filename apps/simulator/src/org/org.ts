import { createHash } from 'node:crypto';
import { ChangeFeed } from '../journal/change.feed.ts';
import { FaultStore } from '../faults/fault.store.ts';
import type { Location } from '../centres/data.centre.ts';
import { BulkFiles } from '../bulk/bulk.files.ts';
import { JobStore } from '../jobs/job.store.ts';
import { LimitGate } from '../limits/limit.gate.ts';
import { ChannelStore } from '../notifications/channel.store.ts';
import { Notifier } from '../notifications/notifier.ts';
import { OAuthStore } from '../oauth/oauth.store.ts';
import { RecordStore } from '../records/record.store.ts';
import { Schema } from '../schema/schema.store.ts';
import { CallLog } from './call.log.ts';
import { IdSequence } from './id.sequence.ts';
import { PageTokens } from './page.tokens.ts';
import { Random } from './random.ts';
import type { SimulatorSettings } from './settings.ts';
import { SimClock } from './sim.clock.ts';
import { UserStore } from './user.store.ts';
import { WorkflowLog } from './workflow.log.ts';

/** What a reset may leave as it is. */
export const KEEPABLE = ['fields', 'channels', 'tokens', 'calls', 'limits', 'clock'] as const;
export type Keepable = (typeof KEEPABLE)[number];

/** One imitated organisation: everything that the calls read and write. */
export class Org {
  readonly start: SimulatorSettings;
  settings: SimulatorSettings;
  readonly changes = new ChangeFeed();
  readonly ids = new IdSequence();
  readonly id = this.ids.next();
  readonly clock = new SimClock(this.changes.emit);
  readonly random: Random;
  readonly users = new UserStore(this.ids, this.changes.emit);
  readonly schema = new Schema(this.ids, this.changes.emit);
  readonly records = new RecordStore(this.schema, this.changes.emit);
  readonly oauth: OAuthStore;
  readonly limits: LimitGate;
  readonly channels = new ChannelStore(this.clock, this.changes.emit);
  readonly notifier: Notifier;
  readonly faults: FaultStore;
  readonly calls = new CallLog();
  readonly workflows = new WorkflowLog(this.clock);
  readonly pages: PageTokens;
  readonly jobs: JobStore;
  readonly files = new BulkFiles();
  /** The address that this org is reached at; known once the server listens. */
  url = '';
  /** Where tokens of this org are had and used, where those are hosts of their own. */
  accountsUrl = '';
  apiUrl = '';
  /** The data centre, as the redirect of a grant names it. */
  location: Location = 'eu';
  /** The organisations of all data centres by their location. */
  neighbours: ReadonlyMap<string, Org> = new Map();

  constructor(settings: SimulatorSettings) {
    this.start = settings;
    this.settings = settings;
    this.random = new Random(settings.seed);
    const parts = { clock: this.clock, random: this.random, emit: this.changes.emit };
    this.oauth = new OAuthStore(parts);
    this.limits = new LimitGate(this.clock, settings.limits);
    this.notifier = new Notifier(this.clock, this.random);
    this.faults = new FaultStore(this.random);
    this.pages = new PageTokens(parts);
    this.jobs = new JobStore({ ids: this.ids, clock: this.clock, durably: (run) => this.durably(run) });
    this.#grant();
  }

  /** The organisation's short id, which addresses and headers carry. */
  get zgid(): string {
    return this.id.slice(-9);
  }

  /** The id of a tag, which its name alone makes: the same before and after a restart. */
  tagId(name: string): string {
    const digits = createHash('sha256').update(name).digest().readUIntBE(0, 5);
    return `5725766${String(digits % 1_000_000_000_000).padStart(12, '0')}`;
  }

  /**
   * Runs one unit of work: when this returns, what it changed outlives the process, and nothing of it was told to anybody before.
   * @throws what `run` throws, or the error of the disk: the caller must not hear of success then
   */
  durably<T>(run: () => T): T {
    try {
      return run();
    } finally {
      this.changes.commit();
    }
  }

  /** Everything back to the start, but for what is kept. Ids go on: none is ever given twice. */
  reset(keep: ReadonlySet<Keepable>): void {
    this.settings = this.start;
    if (!keep.has('clock')) this.clock.clear();
    if (!keep.has('fields')) this.schema.clear();
    this.records.clear();
    if (!keep.has('tokens')) {
      this.oauth.clear();
      this.#grant();
    }
    if (!keep.has('channels')) this.channels.clear();
    if (!keep.has('limits')) this.limits.settings = this.start.limits;
    this.limits.ledger.clear();
    this.users.clear();
    this.notifier.clear();
    this.faults.clear();
    this.workflows.clear();
    this.pages.clear();
    this.jobs.clear();
    this.files.clear();
    if (!keep.has('calls')) this.calls.clear();
    this.changes.emit({ kind: 'reset' });
  }

  #grant(): void {
    const { clientId, refreshToken, scopes } = this.start;
    this.oauth.addGrant({ clientId, scopes, userId: this.users.api.id, token: refreshToken });
  }
}
