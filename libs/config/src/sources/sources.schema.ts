import { z } from 'zod';
import type { Config, Option } from '../option.ts';
import { kafkaOptions } from '../options/kafka.options.ts';
import { publisherOptions } from '../options/publisher.options.ts';
import { rowsSchema } from './rows.schema.ts';
import { settingSchema } from './setting.schema.ts';

const {
  sourcesFile: _file,
  preset: _preset,
  outboxTable: _table,
  debeziumOptions: _options,
  sourceName,
  sourceUrl,
  slotName,
  publicationName,
  ...publisher
} = publisherOptions;
const { topicPartitions, topicReplication, topicRetention } = kafkaOptions;

/** What a source may set for itself; the environment gives the others. No secrets: a file is read by many. */
const ofOneSource = { ...publisher, topicPartitions, topicReplication, topicRetention };

export type SourceSettings = Partial<Config<typeof ofOneSource>>;

type SettingShape = {
  [K in keyof typeof ofOneSource]: ReturnType<typeof settingSchema<Config<typeof ofOneSource>[K]>>;
};

const settings = Object.fromEntries(
  Object.entries<Option<unknown>>(ofOneSource)
    .filter(([, option]) => option.secret !== true)
    .map(([name, option]) => [name, settingSchema(option)]),
) as SettingShape;

const sourceSchema = z.strictObject({
  name: z
    .string()
    .regex(
      /^[A-Za-z0-9._-]{1,100}$/,
      'must be 1 to 100 letters, digits, ".", "_" or "-": it begins the names of topics',
    )
    .describe(sourceName.help),
  url: z.string().optional().describe(`${sourceUrl.help}. Write a password as \${NAME}: it comes from the environment`),
  urlFile: z.string().optional().describe('Path of a file that holds the URL, from the folder of this file'),
  urlEnv: z.string().optional().describe('Environment variable that holds the URL'),
  slot: z
    .string()
    .regex(/^[a-z0-9_]{1,63}$/, 'must be 1 to 63 lower-case letters, digits or "_", as Postgres wants it')
    .describe(slotName.help),
  publication: z.string().min(1).default('causeway_outbox').describe(publicationName.help),
  rows: rowsSchema.prefault({ preset: 'causeway' }).describe('How rows become records'),
  ...settings,
});

/** The file that `CAUSEWAY_SOURCES_FILE` names. */
export const sourcesSchema = z
  .strictObject({
    $schema: z.string().optional().describe('For editors; not read'),
    sources: z
      .array(sourceSchema)
      .min(1, 'declares no source')
      .describe('Published by one process, each on connections of its own'),
  })
  .superRefine(({ sources }, context) => {
    for (const key of ['name', 'slot'] as const) {
      const first = new Map<string, number>();
      for (const [index, source] of sources.entries()) {
        const before = first.get(source[key]);
        if (before === undefined) first.set(source[key], index);
        else {
          const message = `"${source[key]}" is also the ${key} of sources[${before}]: give each source one of its own`;
          context.addIssue({ code: 'custom', path: ['sources', index, key], message });
        }
      }
    }
  });

export type SourceDeclaration = z.output<typeof sourceSchema>;

/** The JSON Schema of the file, for editors and other tools. */
export function sourcesJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(sourcesSchema, { io: 'input' });
  return { $schema, title: 'Sources of a Causeway publisher', ...schema };
}
