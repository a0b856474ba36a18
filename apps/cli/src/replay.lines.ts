import type { Counts, DryRunResult, Replay, ToldDifference } from '#replay';
import { counted } from './counted.ts';
import { rowsTable } from './operator.command.ts';

/** A dry-run for people; field values only when they were asked for. */
export function dryRunLines(result: DryRunResult, { values }: { readonly values: boolean }): string[] {
  const { events, keys, repeated, applied, ignored, setAside, problems, commands, compared, records, fields } = result;
  if (events === 0) return ['no event is selected'];
  const sameOf = `${counted(compared.same, 'key')} as now, ${compared.different} different`;
  return [
    `${counted(events, 'event')} of ${counted(keys, 'key')}, ${applied} applied${repeated === 0 ? '' : `, ${repeated} repeated`}`,
    ...countLines('ignored', ignored),
    ...countLines('set aside', setAside),
    ...countLines('problem', problems),
    ...countLines('would be', commands),
    ...(compared.same + compared.different + compared.incomparable === 0
      ? ['not compared with the present states: not the whole past of these keys was read']
      : [`${sameOf}${compared.incomparable === 0 ? '' : `, not comparable: ${compared.incomparable}`}`]),
    ...countLines('record', records),
    ...countLines('field', fields),
    ...(result.examples.length === 0 ? [] : ['', exampleTable(result.examples, values)]),
    'nothing was written or sent',
  ];
}

/** As JSON: without values unless they were asked for. */
export function withoutValues(examples: readonly ToldDifference[]): object[] {
  return examples.map(({ fields, ...example }) => ({ ...example, fields: fields.map(({ field }) => field) }));
}

function countLines(what: string, counts: Counts): string[] {
  return Object.entries(counts).map(([name, count]) => `  ${what.padEnd(9)} ${String(count).padStart(8)}  ${name}`);
}

function exampleTable(examples: readonly ToldDifference[], values: boolean): string {
  return rowsTable(examples, {
    key: ({ key }) => key,
    record: ({ recordKey }) => recordKey,
    is: ({ kind }) => kind,
    fields: ({ fields }) =>
      fields
        .map(({ field, before, after }) =>
          values ? `${field}: ${JSON.stringify(before)} -> ${JSON.stringify(after)}` : field,
        )
        .join(', '),
  });
}

/** One replay for people. */
export function replayLines(replay: Replay): string[] {
  const { id, state, target, mapping, mappingVersion, connectionId, keys, keysDone, events, commands, leftAlone } =
    replay;
  const where = connectionId === null ? target : `${target} ${connectionId}`;
  return [
    `replay ${id} ${state}: ${mapping} version ${mappingVersion}, ${where}`,
    `${keysDone} of ${counted(keys, 'key')}, ${counted(events, 'event')}, ${counted(commands, 'command')}`,
    ...Object.entries(leftAlone).map(([reason, count]) => `  left as they are ${String(count).padStart(8)}  ${reason}`),
    ...(state === 'stopped' ? [`go on with: causeway replay resume ${id}`] : []),
  ];
}
