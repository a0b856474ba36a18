import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { z } from 'zod';
import type { ToldRecord } from './told.records.ts';

const DOCUMENT = join(import.meta.dirname, '..', '..', 'docs', 'reference', 'asyncapi.yaml');
const schemaSchema = z.record(z.string(), z.unknown());
const reference = z.object({ $ref: z.string() });
const documentSchema = z.object({
  channels: z.record(z.string(), z.object({ address: z.string(), messages: z.record(z.string(), reference) })),
  components: z.object({
    messages: z.record(z.string(), z.object({ name: z.string(), payload: schemaSchema })),
    schemas: z.object({ headers: schemaSchema }),
  }),
});

interface Documented {
  readonly address: RegExp;
  readonly type: RegExp;
  readonly holds: ValidateFunction;
}

/** What docs/reference/asyncapi.yaml does not say of these records, in words; empty when each is as one of its messages describes. */
export async function undocumented(records: readonly ToldRecord[]): Promise<string[]> {
  const { channels, components } = documentSchema.parse(parse(await readFile(DOCUMENT, 'utf8')));
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const headersHold = ajv.compile(components.schemas.headers);
  const known = Object.values(channels).flatMap(({ address, messages }) =>
    Object.values(messages).map(({ $ref }): Documented => {
      const message = components.messages[$ref.replace('#/components/messages/', '')];
      if (message === undefined) throw new Error(`the document has no ${$ref}`);
      return { address: patternOf(address), type: patternOf(message.name), holds: ajv.compile(message.payload) };
    }),
  );
  return records.flatMap(({ topic, type, payload, headers }) => {
    const fitting = known.filter((each) => each.address.test(topic) && each.type.test(type));
    const found: string[] = [];
    if (!fitting.some(({ holds }) => holds(payload))) {
      const why =
        fitting.map(({ holds }) => ajv.errorsText(holds.errors)).join('; ') || 'no message has this name there';
      found.push(`${type} in ${topic}: ${why}`);
    }
    if (!headersHold(headers)) found.push(`${type} in ${topic}: headers: ${ajv.errorsText(headersHold.errors)}`);
    return found;
  });
}

/** `crm.{module}` -> any topic of that form. */
function patternOf(address: string): RegExp {
  const parts = address.split(/\{\w+\}/).map((part) => part.replaceAll('.', '\\.'));
  return new RegExp(`^${parts.join('[a-z0-9_]+')}$`);
}
