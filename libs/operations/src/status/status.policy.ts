import { heldName } from '../holds/hold.verbs.ts';
import { throttleName } from '../throttle/throttle.verbs.ts';
import type { LedgerStatus } from './ledger.status.ts';
import type { SourceStatus } from './source.status.ts';
import type { FlowStep, PartReached, StatusRemark, StatusReport } from './status.types.ts';

/** Source of the integration database: the end of the way back. */
const CRM = 'crm';

export interface Looked {
  readonly sources: readonly { readonly name: string; readonly status: SourceStatus | null }[];
  readonly mapper: { readonly records: number; readonly oldestAt: number | null } | null;
  readonly ledger: LedgerStatus | null;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Every step, in the order of the flow. Pure. */
export function flowOf({ sources, mapper, ledger, now }: Looked): FlowStep[] {
  const products = sources.filter(({ name }) => name !== CRM);
  const back = sources.filter(({ name }) => name === CRM);
  const oldestRecord = mapper?.oldestAt ?? null;
  return [
    ...products.flatMap(({ name, status }) => stepsOfSource(name, { way: 'out', status })),
    step('out', 'Kafka → mapper', {
      unit: 'records',
      waiting: mapper?.records,
      oldest: oldestRecord === null ? null : (now - oldestRecord) / 1000,
      perMinute: ledger?.foldsPerMinute,
    }),
    step('out', 'ledger', { unit: 'commands', waiting: ledger?.ready, oldest: ledger?.readyOldest }),
    step('out', 'CRM', {
      unit: 'calls',
      waiting: ledger?.calling,
      oldest: ledger?.callingOldest,
      perMinute: ledger?.answersPerMinute,
    }),
    step('back', 'notifications', {
      unit: 'notifications',
      waiting: ledger?.deliveries,
      oldest: ledger?.deliveriesOldest,
      perMinute: ledger?.notificationsPerMinute,
    }),
    step('back', 'dirty → hydrated', {
      unit: 'records',
      waiting: ledger?.dirty,
      oldest: ledger?.dirtyOldest,
      perMinute: ledger?.readingsPerMinute,
    }),
    ...back.flatMap(({ name, status }) => stepsOfSource(name, { way: 'back', status })),
  ];
}

function stepsOfSource(
  name: string,
  { way, status }: { readonly way: FlowStep['way']; readonly status: SourceStatus | null },
): FlowStep[] {
  const outcomes = status?.outcomesPerMinute ?? 0;
  const rows = status?.rowsPerMinute ?? null;
  return [
    step(way, way === 'out' ? `outbox ${name}` : 'product events', {
      unit: 'rows',
      waiting: status?.waitingRows,
      oldest: status?.oldestSeconds,
      perMinute: rows === null ? null : way === 'out' ? rows : rows - outcomes,
      untold: status?.untold,
    }),
    step(way, `slot ${name}`, { unit: 'bytes', waiting: status?.slot.lagBytes }),
  ];
}

interface StepSeed {
  readonly unit: FlowStep['unit'];
  readonly waiting?: number | null | undefined;
  readonly oldest?: number | null | undefined;
  readonly perMinute?: number | null | undefined;
  readonly untold?: FlowStep['untold'] | undefined;
}

function step(
  way: FlowStep['way'],
  name: string,
  { unit, waiting = null, oldest = null, perMinute = null, untold = null }: StepSeed,
): FlowStep {
  const oldestSeconds = oldest === null || waiting === 0 ? null : Math.max(0, Math.round(oldest));
  return { way, step: name, unit, waiting, oldestSeconds, perMinute, untold };
}

/** What somebody should know about what was found. Pure. */
export function remarksOf(
  report: Pick<
    StatusReport,
    'parts' | 'flow' | 'slots' | 'connections' | 'credits' | 'parked' | 'setAside' | 'channels' | 'holds' | 'throttles'
  >,
): StatusRemark[] {
  return [
    ...report.parts.flatMap(ofPart),
    ...report.slots.flatMap(ofSlot),
    ...report.flow.flatMap(({ step: name, untold }) =>
      untold === null ? [] : [note(`${name}: ${untold.what}`, untold.action)],
    ),
    ...report.connections.flatMap(ofConnection),
    ...report.credits.flatMap(ofCredits),
    ...report.channels.flatMap(ofChannel),
    // A paused connection is among the holds, and was told of above.
    ...report.holds
      .filter(({ pack, operation, module, recordKey }) =>
        [pack, operation, module, recordKey].some((part) => part !== null),
      )
      .map((held) => note(`held: ${heldName(held)}; ${held.commands} commands wait`, 'causeway holds')),
    ...report.throttles.map((throttle) =>
      note(
        `throttled to ${throttle.perSecond} ${throttle.unit} a second: ${throttleName(throttle)}`,
        'causeway throttle list',
      ),
    ),
    ...report.parked.map(({ code, count, owner }) =>
      note(`${count} parked: ${code}${owner === null ? '' : ` (${owner})`}`, `causeway parked list --code ${code}`),
    ),
    ...(report.setAside === 0 ? [] : [note(`${report.setAside} events set aside`, 'causeway set-aside list')]),
  ];
}

function ofPart({ part, reached, reason }: PartReached): StatusRemark[] {
  if (!reached) return [problem(`${part} cannot be reached: ${reason ?? ''}`, 'causeway doctor')];
  return reason === null ? [] : [problem(`${part}: ${reason}`, 'See its log; the code there says what to do.')];
}

function ofSlot({ source, slot, exists, isRead, walStatus }: StatusReport['slots'][number]): StatusRemark[] {
  const action = `causeway slot status --source ${source}`;
  if (!exists) return [problem(`slot ${slot} of ${source} does not exist`, action)];
  if (walStatus === 'lost') return [problem(`slot ${slot} of ${source} is lost`, action)];
  return isRead ? [] : [problem(`no publisher reads slot ${slot} of ${source}`, 'Start the publisher.')];
}

function ofConnection(connection: StatusReport['connections'][number]): StatusRemark[] {
  const { id, state, stateCode, circuit, nextTryAt, quietUntil } = connection;
  const action = `causeway connection status ${id}`;
  if (state === 'paused') return [note(`${id} is paused`, `causeway resume --connection ${id}`)];
  if (state === 'disconnected') return [];
  if (state !== 'active') return [problem(`${id}: ${state}${stateCode === null ? '' : ` (${stateCode})`}`, action)];
  if (circuit !== 'closed') return [problem(`${id}: the CRM does not answer, next try ${nextTryAt ?? 'soon'}`, action)];
  return quietUntil === null ? [] : [note(`${id}: quiet hours until ${quietUntil}`, 'Nothing: it goes on by itself.')];
}

function ofCredits({ connection, left, exhaustedAt }: StatusReport['credits'][number]): StatusRemark[] {
  const action = 'causeway credits status';
  if (left === 0) return [problem(`${connection} has no credits left`, action)];
  return exhaustedAt === null ? [] : [note(`${connection}: credits will be used up at ${exhaustedAt}`, action)];
}

function ofChannel({ connection, module, state, isLate, failure }: StatusReport['channels'][number]): StatusRemark[] {
  const [name, action] = [`channel ${connection} ${module}`, 'causeway channels renew'];
  if (state === 'expired' || state === 'failing')
    return [problem(`${name}: ${state}${failure === null ? '' : ` (${failure})`}`, action)];
  return isLate ? [note(`${name} expires soon and was not renewed`, action)] : [];
}

function problem(what: string, action: string): StatusRemark {
  return { level: 'problem', what, action };
}

function note(what: string, action: string): StatusRemark {
  return { level: 'note', what, action };
}
