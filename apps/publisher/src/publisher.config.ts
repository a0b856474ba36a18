import {
  kafkaOptions,
  loadConfig,
  presetOfEnvironment,
  processOptions,
  publisherOptions,
  readSourcesFile,
  type Config,
  type DeclaredSource,
  type Environment,
  type RowsConfig,
} from '#config';
import { CausewayError } from '#contracts';

/** What the process has, whatever its sources. */
export const publisherProcessOptions = { ...processOptions, ...kafkaOptions };

/** Everything that the publisher reads from its environment. */
const allOptions = { ...publisherProcessOptions, ...publisherOptions };

export type PublisherConfig = Config<typeof allOptions>;

/** They say what `rows` of a source says: the session knows that alone. */
type RowsOption = 'preset' | 'outboxTable' | 'debeziumOptions';

/** How rows of a source's table become records; its members are declared in libs/config/src/sources/rows.schema.ts. */
export type PresetConfig = RowsConfig;

/** One source with everything that its session needs; a process may have several. */
export type SourceConfig = Omit<PublisherConfig, RowsOption> & { readonly rows: PresetConfig };

export interface PublisherSetup {
  readonly process: Config<typeof publisherProcessOptions>;
  readonly sources: readonly SourceConfig[];
}

const { sourcesFile, sourceName, sourceUrl, slotName, preset, outboxTable, debeziumOptions, ...shared } =
  publisherOptions;
/** Beside a file they would be silently without effect. */
const NOT_BESIDE_A_FILE = [
  sourceName.env,
  sourceUrl.env,
  `${sourceUrl.env}_FILE`,
  slotName.env,
  preset.env,
  outboxTable.env,
  debeziumOptions.env,
];

/**
 * The process and its sources: those of `CAUSEWAY_SOURCES_FILE`, else the one that the environment declares.
 * @throws CausewayError `CONFIG_INVALID`
 */
export function loadPublisher(env: Environment = process.env): PublisherSetup {
  const file = env[sourcesFile.env] ?? '';
  if (file === '') {
    const config = loadConfig(allOptions, env);
    return { process: config, sources: [{ ...config, rows: presetOfEnvironment(config) }] };
  }
  const config = loadConfig({ ...publisherProcessOptions, sourcesFile, ...shared }, env);
  const beside = NOT_BESIDE_A_FILE.filter((name) => (env[name] ?? '') !== '');
  if (beside.length > 0) {
    const settings = `\n  - ${beside.join(', ')} cannot stand beside ${sourcesFile.env}: unset it, the file declares every source\n`;
    throw new CausewayError('CONFIG_INVALID', { details: { settings } });
  }
  return { process: config, sources: readSourcesFile(file, { env }).map((source) => ofFile(config, source)) };
}

function ofFile(
  config: Omit<PublisherConfig, 'sourceName' | 'sourceUrl' | 'slotName' | RowsOption>,
  source: DeclaredSource,
): SourceConfig {
  return { ...config, ...source };
}
