import { z } from 'zod';

/** Where a further column goes: `column:placement[:alias]`. */
export interface AdditionalField {
  readonly column: string;
  readonly placement: 'header' | 'envelope' | 'partition';
  readonly alias: string;
}

const FORM = /^\s*([^:,\s][^:,]*?)\s*:\s*(header|envelope|partition)\s*(?::\s*([^:,\s][^:,]*?)\s*)?$/i;

/** `table.fields.additional.placement`: a list of columns with their placement, separated by commas. */
export const additionalFieldsSchema = z.string().transform((given, context): readonly AdditionalField[] => {
  const fields: AdditionalField[] = [];
  for (const entry of given.split(',')) {
    const [, column, placement, alias = column] = FORM.exec(entry) ?? [];
    if (column === undefined || alias === undefined || placement === undefined) {
      context.addIssue({
        code: 'custom',
        message: `"${entry.trim()}" is not column:header|envelope|partition with an optional :alias behind it`,
      });
      return z.NEVER;
    }
    fields.push({ column, placement: placement.toLowerCase() as AdditionalField['placement'], alias });
  }
  const twice = repeated(fields);
  if (twice === undefined) return fields;
  context.addIssue({ code: 'custom', message: `"${twice}" would be written twice; give one of them an alias` });
  return z.NEVER;
});

/** The event's id is the header `id`, the payload is the envelope's field `payload`. */
function repeated(fields: readonly AdditionalField[]): string | undefined {
  const taken = new Set(['header id', 'envelope payload']);
  for (const { placement, alias } of fields) {
    const place = `${placement} ${placement === 'partition' ? '' : alias}`.trim();
    if (taken.has(place)) return place;
    taken.add(place);
  }
  return undefined;
}
