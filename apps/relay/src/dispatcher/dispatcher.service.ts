import type { Kysely } from 'kysely';
import { LANES, type Json, type Lane } from '#contracts';
import { stopRefused } from '#connections';
import {
  claimCommands,
  connectionsWithWork,
  putEchoes,
  readAcknowledged,
  readCompany,
  settleCommands,
  type ClaimedCommand,
  type Echo,
  type SettledCommand,
} from '#ledger';
import { triggerFor } from '#mapping';
import { errorFields, type Logger } from '#observability';
import type { IntegrationDatabase } from '#postgres';
import { WorkLoop } from '#workers';
import { metered, takeCredits } from '#zoho';
import { groupCommands, type CommandGroup } from './command.groups.ts';
import { CommandHold } from './command.hold.ts';
import { claimPlan } from './claim.plan.ts';
import { pauseForCompany } from './company.policy.ts';
import { ConnectionQueue, type Round } from './connection.queue.ts';
import { splitByConversion } from './conversion.policy.ts';
import type { CrmWriter } from './crm.writer.ts';
import { DispatchGate } from './dispatch.gate.ts';
import type { DispatcherMetrics } from './dispatcher.metrics.ts';
import { splitEnsured } from './ensure.policy.ts';
import { sendGroup, type AnsweredCommand } from './group.send.ts';
import { convertLead } from './lead.convert.ts';
import { faultPoint } from '../fault.points.ts';
import { isLost, resolveOutcome } from './outcome.resolve.ts';
import { splitSaved } from './saved.policy.ts';
import { SharedLook } from './shared.look.ts';
import { verifyUnknown } from './unknown.verify.ts';

/** Calls' worth of commands that a claim takes at most: enough to fill a call of each kind. */
const BATCHES_A_CLAIM = 5;
const NOTHING: Round = { kind: 'nothing' };

interface Claimed {
  readonly claimed: readonly ClaimedCommand[];
  /** Milliseconds after which there is more to claim. */
  readonly later: number | null;
}

export interface DispatcherOptions {
  readonly db: Kysely<IntegrationDatabase>;
  readonly clients: {
    clientOf(connectionId: string, lane: Lane): Promise<CrmWriter>;
    /** Lanes in which a call could go out now; without it all of them. */
    openLanes?(connectionId: string): readonly Lane[];
    /** Whether the connection will run out of credits; without it never. */
    creditsShort?(connectionId: string): boolean;
  };
  /** Connections whose set-up is in order. */
  readonly cleared: () => readonly string[];
  readonly owner: string;
  readonly leaseMs: number;
  /** Most records of a call. */
  readonly batchSize: number;
  /** Most calls at a time for one connection. */
  readonly concurrency: number;
  /** Whether commands that wait are merged; they are unless said. */
  readonly coalesce?: boolean;
  /** How long a command waits for others to share a call with while credits are short. Milliseconds; default 0. */
  readonly batchWaitMs?: number;
  /** How often it looks for work that nobody told of. Milliseconds. */
  readonly pollMs?: number;
  readonly logger: Logger;
  readonly metrics: DispatcherMetrics;
  readonly random?: () => number;
  /** What may go out; one of its own unless given. */
  readonly gate?: DispatchGate;
}

/** The dispatcher: claims commands of each connection, sends them and records what came of each. */
export class DispatcherService {
  readonly #options: DispatcherOptions;
  readonly #queues = new Map<string, ConnectionQueue>();
  /** Finds what nobody told of: pauses that are over, claims of processes that died, notifications that were lost. */
  readonly #look: WorkLoop;
  readonly #gate: DispatchGate;
  /** Contacts that conversions made are looked at with few calls. */
  readonly #contacts = new SharedLook();
  #turn = 0;
  #stopping = false;
  #starting: Promise<void> = Promise.resolve();

  constructor(options: DispatcherOptions) {
    this.#options = options;
    const { db, logger, pollMs, random = Math.random } = options;
    this.#gate = options.gate ?? new DispatchGate({ db, logger, random });
    const name = 'dispatcher';
    const polling = pollMs === undefined ? {} : { pollMs };
    this.#look = new WorkLoop({ name, concurrency: 1, logger, ...polling, round: () => this.#lookAround() });
  }

  start(): void {
    this.#starting = this.#gate.start().then(() => this.#look.start());
  }

  /** New commands may be there: of this connection, or of any. */
  wake(connectionId?: string): void {
    if (connectionId === undefined) this.#look.wake();
    else if (!this.#stopping) this.#queueOf(connectionId).wake();
  }

  /** Claims nothing more, and waits for the calls of what was claimed. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#gate.stop();
    await this.#starting;
    await this.#look.stop();
    await Promise.all([...this.#queues.values()].map((queue) => queue.stop()));
  }

  async #lookAround(): Promise<boolean> {
    const { db, cleared } = this.#options;
    for (const id of await connectionsWithWork(db, cleared())) this.wake(id);
    return false;
  }

  #queueOf(connectionId: string): ConnectionQueue {
    const { concurrency: slots, logger } = this.#options;
    const known = this.#queues.get(connectionId);
    if (known !== undefined) return known;
    const queue = new ConnectionQueue({ connectionId, slots, logger, claim: () => this.#round(connectionId) });
    this.#queues.set(connectionId, queue);
    return queue;
  }

  /** One claim with everything that follows from it. */
  async #round(connectionId: string): Promise<Round> {
    const { db, owner, leaseMs, cleared, batchSize } = this.#options;
    if (!cleared().includes(connectionId)) return NOTHING;
    const hold = new CommandHold({ db, owner, leaseMs, since: performance.now() });
    const probing = (await this.#gate.probe([connectionId])) !== null;
    const { claimed, later } = probing ? await this.#claimProbe(connectionId) : await this.#claim(connectionId);
    if (claimed.length > 0) faultPoint('commands claimed');
    const { ended, open } = splitByConversion(claimed);
    const { there, missing } = splitEnsured(open);
    await this.#settle([...ended, ...there]);
    const groups = groupCommands(missing.map(inItsLane), batchSize);
    const calls = groups.map((group) => () => metered(() => this.#dispatchSafely(group, hold)));
    if (probing) return { kind: 'calls', calls: [() => this.#probe(connectionId, calls)] };
    if (claimed.length === 0) return later === null ? NOTHING : { kind: 'later', ms: later };
    return { kind: 'calls', calls };
  }

  /** One command finds out whether the destination is back. */
  async #claimProbe(connectionId: string): Promise<Claimed> {
    const { db, owner, leaseMs } = this.#options;
    return {
      claimed: await claimCommands(db, { owner, leaseMs, limit: 1, connectionIds: [connectionId] }),
      later: null,
    };
  }

  async #probe(connectionId: string, calls: readonly (() => Promise<void>)[]): Promise<void> {
    for (const call of calls) await call();
    await this.#gate.probed(connectionId);
  }

  /** What is urgent first; nothing of a lane that has no credits. */
  async #claim(connectionId: string): Promise<Claimed> {
    const { db, owner, leaseMs, batchSize, clients, coalesce, metrics } = this.#options;
    const limit = batchSize * BATCHES_A_CLAIM;
    const usable = this.#gate.lanes(connectionId, clients.openLanes?.(connectionId) ?? LANES);
    const open = new Map([[connectionId, usable]]);
    let later: number | null = null;
    for (const { connectionIds, lanes } of claimPlan(open, (this.#turn += 1))) {
      const pause = await this.#pause(connectionId, lanes);
      if (pause > 0) {
        later = Math.min(pause, later ?? pause);
        continue;
      }
      const onMerged = (merged: number): void => metrics.merged.inc({ connection: connectionId }, merged);
      const paced = this.#gate.isThrottled(connectionId) ? { paced: { batch: batchSize } } : {};
      const options = { owner, leaseMs, limit, connectionIds, lanes, coalesce: coalesce ?? true, onMerged, ...paced };
      const claimed = await claimCommands(db, options);
      if (claimed.length > 0) return { claimed, later };
    }
    return { claimed: [], later };
  }

  /** How long commands wait for others to share a call with. */
  async #pause(connectionId: string, lanes: readonly Lane[]): Promise<number> {
    const { db, clients, batchWaitMs: waitMs = 0 } = this.#options;
    if (waitMs === 0 || clients.creditsShort?.(connectionId) !== true) return 0;
    return pauseForCompany({ short: true, waitMs, ...(await readCompany(db, { connectionId, lanes })) });
  }

  async #dispatchSafely(group: CommandGroup, hold: CommandHold): Promise<void> {
    try {
      await this.#dispatch(group, hold);
    } catch (error) {
      // What was claimed here comes back by its lease, to be verified.
      const about = { connection: group.connectionId, commands: group.commands.length };
      this.#options.logger.error({ ...about, ...errorFields(error) }, 'a group of commands failed');
    }
  }

  async #dispatch(claimed: CommandGroup, hold: CommandHold): Promise<void> {
    const { db, metrics, logger, owner } = this.#options;
    const started = performance.now();
    const free = await this.#mayGo(claimed.commands, hold);
    const group = { ...claimed, commands: await this.#gate.pace(free, owner) };
    if (group.commands.length === 0) return;
    const crm = await this.#clientOf(group);
    if (crm === null) return;
    const { settled, toSend, failure } = await verifyUnknown(crm, group);
    if (group.commands.some((command) => command.verify)) faultPoint('unknown looked up');
    await this.#settle(settled);
    if (settled.length > 0) faultPoint('unknown settled');
    // Reading may have taken its time; else nothing has happened since the look above.
    const hasRead = group.commands.some(({ verify }) => verify);
    const held = hasRead ? await this.#mayGo(toSend, hold) : await hold.stillHeld(toSend);
    if (group.form === 'convert') return this.#convert(crm, { group, commands: held, hold });
    const open = group.form === 'update' ? await this.#leaveOutSaved(held) : held;
    await putEchoes(db, open.flatMap(echoesOf));
    faultPoint('echoes stored');
    // Whoever was stopped since, or waited for the database, must not send what another one has taken over and sent after.
    const commands = await hold.stillHeld(open);
    const mayGo = (alone: readonly ClaimedCommand[]): Promise<ClaimedCommand[]> => this.#mayGo(alone, hold);
    const answered = commands.length === 0 ? [] : await sendGroup(crm, { ...group, commands }, mayGo);
    faultPoint('call answered');
    const answers = answered.map(({ answer }) => answer);
    const told = failure === null ? answers : [failure, ...answers];
    await stopRefused(group.connectionId, told, { db, logger });
    await this.#settleAnswers(crm, answered, hold);
    metrics.callSeconds.observe({ form: group.form }, (performance.now() - started) / 1000);
  }

  /** Updates without what their records have already; those with nothing left are done. */
  async #leaveOutSaved(commands: readonly ClaimedCommand[]): Promise<readonly ClaimedCommand[]> {
    const { db, metrics } = this.#options;
    const { saved, open } = splitSaved(commands, await readAcknowledged(db, commands));
    await this.#settle(saved);
    const fields = (of: readonly ClaimedCommand[]): number =>
      of.reduce((sum, each) => sum + Object.keys(each.fields).length, 0);
    const [first] = commands;
    if (first === undefined) return [];
    metrics.saved.inc({ connection: first.connectionId }, saved.length);
    metrics.savedFields.inc({ connection: first.connectionId }, fields(commands) - fields(open));
    return open;
  }

  /** Conversions go out one by one: each is a call of its own that may need a look at what became of the Lead. */
  async #convert(
    crm: CrmWriter,
    { group, commands, hold }: { group: CommandGroup; commands: readonly ClaimedCommand[]; hold: CommandHold },
  ): Promise<void> {
    for (const command of commands) {
      const held = await this.#mayGo([command], hold);
      if (held.length === 0) continue;
      const converted = await convertLead(crm, command, this.#contacts);
      faultPoint('lead converted');
      await this.#settle([converted]);
    }
    this.#options.logger.debug(
      { connection: group.connectionId, conversions: commands.length },
      'conversions are done',
    );
  }

  /** Those that are still ours and that nobody holds back; asked before each call. */
  async #mayGo(commands: readonly ClaimedCommand[], hold: CommandHold): Promise<ClaimedCommand[]> {
    const { open, ended } = await this.#gate.sift(await hold.stillHeld(commands), this.#options.owner);
    await this.#settle(ended);
    return open;
  }

  /** Null when there is no client: nothing was sent, and what is unknown stays so. */
  async #clientOf({ connectionId, commands, lane }: CommandGroup): Promise<CrmWriter | null> {
    const { clients, logger } = this.#options;
    try {
      return await clients.clientOf(connectionId, lane);
    } catch (error) {
      logger.error({ connection: connectionId, ...errorFields(error) }, 'a connection cannot be used');
      const { code: reason } = errorFields(error);
      await this.#settle(
        commands.map((command) => ({ command, outcome: { kind: command.verify ? 'unknown' : 'unavailable', reason } })),
      );
      return null;
    }
  }

  /** What needs no further call is settled at once; lost records are followed one by one and must not hold up the others. */
  async #settleAnswers(crm: CrmWriter, answered: readonly AnsweredCommand[], hold: CommandHold): Promise<void> {
    const plain = answered.filter(({ command, answer }) => !isLost(command, answer));
    await this.#settle(await Promise.all(plain.map(({ command, answer }) => resolveOutcome(crm, command, answer))));
    for (const { command, answer } of answered.filter((each) => isLost(each.command, each.answer))) {
      const held = await this.#mayGo([command], hold);
      if (held.length > 0) await this.#settle([await resolveOutcome(crm, command, answer)]);
    }
  }

  async #settle(settled: readonly SettledCommand[]): Promise<void> {
    if (settled.length === 0) return;
    const { db, owner, random = Math.random } = this.#options;
    const ours = await settleCommands(db, settled, { owner, random, credits: takeCredits() });
    faultPoint('outcomes settled');
    for (const entry of settled) if (ours.has(entry.command.id)) this.#tell(entry);
    await this.#gate.heard(settled);
  }

  #tell({ command, outcome }: SettledCommand): void {
    const { logger, metrics } = this.#options;
    metrics.outcomes.inc({ connection: command.connectionId, outcome: outcome.kind });
    const about = { commandId: command.id, connection: command.connectionId, eventId: command.eventId };
    if (outcome.kind === 'rejected') {
      logger.warn(
        { ...about, code: outcome.code, field: outcome.field, reason: outcome.reason },
        'a command was parked',
      );
    } else if (outcome.kind === 'unknown' || outcome.kind === 'unavailable' || outcome.kind === 'throttled') {
      logger.warn(
        { ...about, outcome: outcome.kind, reason: outcome.reason, attempt: command.attempt },
        'a command is tried again',
      );
    } else {
      logger.debug({ ...about, outcome: outcome.kind }, 'a command is done');
    }
  }
}

function inItsLane(command: ClaimedCommand): ClaimedCommand {
  return { ...command, trigger: triggerFor(command.lane, command) };
}

function echoesOf({ operation, connectionId, recordKey, fields, id, attempt, link }: ClaimedCommand): Echo[] {
  if (operation !== 'write') return [];
  const by = { commandId: id, attempt, recordId: link?.recordId ?? null };
  return Object.entries(fields).map(([field, value]: [string, Json]) => ({
    connectionId,
    recordKey,
    field,
    value,
    source: 'sent',
    by,
  }));
}
