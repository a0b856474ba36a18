import {
  caseOfConnections,
  CrmPlayer,
  eventReader,
  withSettings,
  type CaseStep,
  type Mapping,
  type WorkedCase,
} from '#mapping';
import type { Pack } from '#packs';
import { differingRecords, type NamedRecords, type RecordDifference } from './record.difference.ts';

/** What two versions make of one worked case. */
export interface CaseDifference {
  readonly name: string;
  /** `same`; `differs`; `not_played`: it needs more than a mapping; `fails`: one of the versions cannot play it. */
  readonly result: 'same' | 'differs' | 'not_played' | 'fails';
  readonly records: readonly RecordDifference[];
  /** Events of which the two say something else: applied, ignored or set aside. */
  readonly verdicts: number;
}

/** Plays the worked cases of two versions of a pack through both, in memory. A case that both have is played as the newer one has it. */
export function diffCases(from: Pack, to: Pack): CaseDifference[] {
  const cases = new Map([...from.cases, ...to.cases].map((each) => [each.name, each]));
  return [...cases.values()].map((each) => diffCase({ from, to }, each));
}

function diffCase({ from, to }: { readonly from: Pack; readonly to: Pack }, workedCase: WorkedCase): CaseDifference {
  const nothing = { name: workedCase.name, records: [], verdicts: 0 };
  if (!workedCase.steps.every(isPlayable)) return { ...nothing, result: 'not_played' };
  try {
    const [before, after] = [played(from, workedCase), played(to, workedCase)];
    const records = differingRecords(before.records, after.records);
    const verdicts = before.verdicts.filter((verdict, at) => verdict !== after.verdicts[at]).length;
    return { ...nothing, records, verdicts, result: records.length + verdicts === 0 ? 'same' : 'differs' };
  } catch {
    return { ...nothing, result: 'fails' };
  }
}

const PLAYED = ['event', 'sql_row', 'crm_edit', 'crm_delete', 'crm_notify', 'no_wait'];

/** A step that a mapping and a CRM in memory can play. */
function isPlayable(step: CaseStep): boolean {
  return Object.keys(step).every((name) => PLAYED.includes(name));
}

function played({ mapping, caseSettings = {} }: Pack, workedCase: WorkedCase) {
  const parts =
    mapping.scope === 'connection'
      ? caseOfConnections(mapping, workedCase, caseSettings)
      : [{ tenantId: '', mapping: withSettings(mapping, caseSettings), workedCase }];
  const players = parts.map((part) => ({ tenantId: part.tenantId, ...play(part.mapping, part.workedCase) }));
  const records: NamedRecords = new Map(
    players.flatMap(({ tenantId, player }) =>
      [...player.records].map(([key, record]) => [tenantId === '' ? key : `${tenantId}: ${key}`, record] as const),
    ),
  );
  return { records, verdicts: players.flatMap(({ player }) => player.results.map(({ verdict }) => verdict)) };
}

function play(mapping: Mapping, { steps }: WorkedCase): { readonly player: CrmPlayer } {
  const player = new CrmPlayer(mapping);
  const eventsOf = eventReader(mapping);
  for (const step of steps) {
    if ('crm_edit' in step || 'crm_delete' in step || 'crm_notify' in step) player.act(step);
    else for (const event of eventsOf(step)) player.take(event);
  }
  return { player };
}
