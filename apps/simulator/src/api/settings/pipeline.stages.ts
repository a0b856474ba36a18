import type { ErrorBody } from '../../answers/answer.ts';
import { invalidData, mandatoryMissing, place, wrongType } from '../../answers/errors.ts';
import type { Fields } from '../../records/record.model.ts';
import type { Module } from '../../schema/module.model.ts';

interface Placed {
  readonly actual: string;
  readonly sequence: number;
}

/**
 * The stages that a pipeline has once `maps` was applied to it, in their order. An entry names a value of the picklist
 * Stage by its id and has a place; those that are not named stay, one with `_delete` goes.
 */
export function readStages(
  module: Module,
  given: { readonly maps: unknown; readonly path: string; readonly there: readonly string[] },
): string[] | ErrorBody {
  const where = place('maps', given.path);
  const { maps } = given;
  if (!Array.isArray(maps)) return wrongType('jsonarray', where);
  if (maps.length === 0) return invalidData({ ...where });
  let placed: Placed[] = given.there.map((actual, at) => ({ actual, sequence: at + 1 }));
  for (const [at, entry] of maps.entries()) {
    const read = readEntry(module, { entry, path: `${where.json_path}[${at}]` });
    if ('status' in read) return read;
    placed = placed.filter(({ actual }) => actual !== read.actual);
    if (!read.gone) placed.push(read);
  }
  return placed.toSorted((a, b) => a.sequence - b.sequence).map(({ actual }) => actual);
}

function readEntry(
  module: Module,
  { entry, path }: { readonly entry: unknown; readonly path: string },
): (Placed & { readonly gone: boolean }) | ErrorBody {
  if (typeof entry !== 'object' || entry === null)
    return wrongType('jsonobject', { api_name: 'maps', json_path: path });
  const { id, sequence_number: sequence, _delete: gone } = entry as Fields;
  if (id === undefined) return mandatoryMissing(place('id', path));
  const stage = module.fields.get('Stage')?.values?.find((value) => value.id === id);
  if (stage === undefined) return invalidData({ ...place('id', path) });
  if (gone === true) return { actual: stage.actual, sequence: 0, gone: true };
  if (sequence === undefined || sequence === null) return mandatoryMissing(place('sequence_number', path));
  if (typeof sequence !== 'number' || !Number.isInteger(sequence) || sequence < 1) {
    return wrongType('integer', place('sequence_number', path));
  }
  return { actual: stage.actual, sequence, gone: false };
}
