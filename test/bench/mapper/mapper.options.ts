import { parseArgs } from 'node:util';

export interface MapperBenchOptions {
  readonly events: number;
  readonly usersAtOnce: number;
  readonly partitions: number;
  readonly runs: number;
  /** Folder into which the relay writes a CPU profile at its end. */
  readonly profile: string | undefined;
  readonly json: boolean;
}

export const HELP = `npm run bench -- mapper [options]
Measures the mapper: a backlog of events of the pack property-sites stands in Kafka; a relay of its own folds it. From the moment
in which the relay has joined its group until all offsets are committed, and with them folds, states and commands in Postgres.
Nothing is sent to a CRM: the connection is paused.

  --events N          events of the backlog (100000)
  --users-at-once N   users who take turns in it; each has twenty events (1000)
  --partitions N      partitions of the topic (6)
  --runs N            how often it is done, each with a database and a topic of its own; the median counts (3)
  --profile FOLDER    the relay writes a CPU profile there (node --cpu-prof)
  --json              the figures as one JSON object in the last line
  --help              this text

Servers: those of CAUSEWAY_POSTGRES_URL and CAUSEWAY_KAFKA_BROKERS, else Docker, else embedded ones.`;

/** @throws Error that names the option; undefined when only help was asked for. */
export function readOptions(args: readonly string[]): MapperBenchOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      events: { type: 'string', default: '100000' },
      'users-at-once': { type: 'string', default: '1000' },
      partitions: { type: 'string', default: '6' },
      runs: { type: 'string', default: '3' },
      profile: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  return {
    events: whole('--events', values.events),
    usersAtOnce: whole('--users-at-once', values['users-at-once']),
    partitions: whole('--partitions', values.partitions),
    runs: whole('--runs', values.runs),
    profile: values.profile,
    json: values.json,
  };
}

function whole(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`${option} wants a whole number from 1`);
  return value;
}
