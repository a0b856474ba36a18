import type { Kysely } from 'kysely';
import { LANES, type Json, type Lane } from '#contracts';
import { stopRefused } from '#connections';
import { claimCommands, putEchoes, settleCommands, type ClaimedCommand, type Echo, type SettledCommand } from '#ledger';
import { triggerFor } from '#mapping';
import { errorFields, type Logger } from '#observability';
import type { IntegrationDatabase } from '#postgres';
import { WorkLoop } from '#workers';
import type { WriteOutcome } from '#zoho';
import { groupCommands, type CommandGroup } from './command.groups.ts';
import { CommandHold } from './command.hold.ts';
import { claimPlan } from './claim.plan.ts';
import { splitByConversion } from './conversion.policy.ts';
import type { CrmWriter } from './crm.writer.ts';
import { DispatchGate } from './dispatch.gate.ts';
import type { DispatcherMetrics } from './dispatcher.metrics.ts';
import { sendGroup } from './group.send.ts';
import { convertLead } from './lead.convert.ts';
import { isLost, resolveOutcome } from './outcome.resolve.ts';
import { verifyUnknown } from './unknown.verify.ts';

export interface DispatcherOptions {
  readonly db: Kysely<IntegrationDatabase>;
  readonly clients: {
    clientOf(connectionId: string, lane: Lane): Promise<CrmWriter>;
    /** Lanes in which a call could go out now; without it all of them. */
    openLanes?(connectionId: string): readonly Lane[];
  };
  /** Connections whose set-up is in order. */
  readonly cleared: () => readonly string[];
  readonly owner: string;
  readonly leaseMs: number;
  readonly batchSize: number;
  readonly concurrency: number;
  readonly logger: Logger;
  readonly metrics: DispatcherMetrics;
  readonly random?: () => number;
  /** What may go out; one of its own unless given. */
  readonly gate?: DispatchGate;
}

/** The dispatcher: workers that claim commands, send them and record what came of each. */
export class DispatcherService {
  readonly #options: DispatcherOptions;
  readonly #loop: WorkLoop;
  readonly #gate: DispatchGate;
  #turn = 0;
  #starting: Promise<void> = Promise.resolve();

  constructor(options: DispatcherOptions) {
    this.#options = options;
    const { concurrency, db, logger, random = Math.random } = options;
    this.#gate = options.gate ?? new DispatchGate({ db, logger, random });
    this.#loop = new WorkLoop({ name: 'dispatcher', concurrency, logger, round: () => this.#round() });
  }

  start(): void {
    this.#starting = this.#gate.start().then(() => this.#loop.start());
  }

  /** New commands may be there. */
  wake(): void {
    this.#loop.wake();
  }

  /** Waits for the calls under way; what was claimed and not sent goes back by its lease. */
  async stop(): Promise<void> {
    await this.#gate.stop();
    await this.#starting;
    await this.#loop.stop();
  }

  /** One claim with everything that follows from it. False when there was nothing to do. */
  async #round(): Promise<boolean> {
    const { db, owner, leaseMs, cleared, logger } = this.#options;
    const connectionIds = cleared();
    if (connectionIds.length === 0) return false;
    const hold = new CommandHold({ db, owner, leaseMs, since: performance.now() });
    const probed = await this.#gate.probe(connectionIds);
    const claimed = probed === null ? await this.#claim(connectionIds) : await this.#claimProbe(probed);
    const { ended, open } = splitByConversion(claimed);
    await this.#settle(ended);
    for (const group of groupCommands(open.map(inItsLane))) {
      try {
        await this.#dispatch(group, hold);
      } catch (error) {
        // Other groups may be of other tenants. What was claimed here comes back by its lease, to be verified.
        const about = { connection: group.connectionId, commands: group.commands.length };
        logger.error({ ...about, ...errorFields(error) }, 'a group of commands failed');
      }
    }
    if (probed !== null) await this.#gate.probed(probed);
    return claimed.length > 0;
  }

  /** One command finds out whether the destination is back. */
  #claimProbe(connectionId: string): Promise<ClaimedCommand[]> {
    const { db, owner, leaseMs } = this.#options;
    return claimCommands(db, { owner, leaseMs, limit: 1, connectionIds: [connectionId] });
  }

  /** What is urgent first; nothing of a lane that has no credits. */
  async #claim(connectionIds: readonly string[]): Promise<ClaimedCommand[]> {
    const { db, owner, leaseMs, batchSize: limit, clients } = this.#options;
    const open = new Map(connectionIds.map((id) => [id, this.#gate.lanes(id, clients.openLanes?.(id) ?? LANES)]));
    for (const { connectionIds: ids, lanes } of claimPlan(open, (this.#turn += 1))) {
      const claimed = await claimCommands(db, { owner, leaseMs, limit, connectionIds: ids, lanes });
      if (claimed.length > 0) return claimed;
    }
    return [];
  }

  async #dispatch(claimed: CommandGroup, hold: CommandHold): Promise<void> {
    const { db, metrics, logger } = this.#options;
    const started = performance.now();
    const group = { ...claimed, commands: await this.#mayGo(claimed.commands, hold) };
    if (group.commands.length === 0) return;
    const crm = await this.#clientOf(group);
    if (crm === null) return;
    const { settled, toSend, failure } = await verifyUnknown(crm, group);
    await this.#settle(settled);
    // Reading may have taken its time; else nothing has happened since the look above.
    const hasRead = group.commands.some(({ verify }) => verify);
    const commands = hasRead ? await this.#mayGo(toSend, hold) : await hold.stillHeld(toSend);
    if (group.form === 'convert') return this.#convert(crm, { group, commands, hold });
    await putEchoes(db, commands.flatMap(echoesOf));
    const answers = commands.length === 0 ? [] : await sendGroup(crm, { ...group, commands });
    const told = failure === null ? answers : [failure, ...answers];
    await stopRefused(group.connectionId, told, { db, logger });
    await this.#settleAnswers(crm, pairsOf(commands, answers), hold);
    metrics.callSeconds.observe({ form: group.form }, (performance.now() - started) / 1000);
  }

  /** Conversions go out one by one: each is a call of its own that may need a look at what became of the Lead. */
  async #convert(
    crm: CrmWriter,
    { group, commands, hold }: { group: CommandGroup; commands: readonly ClaimedCommand[]; hold: CommandHold },
  ): Promise<void> {
    for (const command of commands) {
      const held = await this.#mayGo([command], hold);
      if (held.length > 0) await this.#settle([await convertLead(crm, command)]);
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
    const ours = await settleCommands(db, settled, { owner, random });
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

interface AnsweredCommand {
  readonly command: ClaimedCommand;
  readonly answer: WriteOutcome;
}

function pairsOf(commands: readonly ClaimedCommand[], answers: readonly WriteOutcome[]): AnsweredCommand[] {
  return commands.map((command, index) => {
    const answer = answers[index];
    if (answer === undefined) throw new Error('the client gives an outcome for each record');
    return { command, answer };
  });
}

function echoesOf({ operation, connectionId, recordKey, fields }: ClaimedCommand): Echo[] {
  if (operation !== 'write') return [];
  return Object.entries(fields).map(([field, value]: [string, Json]) => ({
    connectionId,
    recordKey,
    field,
    value,
    source: 'sent',
  }));
}
