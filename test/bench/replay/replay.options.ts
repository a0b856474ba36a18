import { parseArgs } from 'node:util';

export interface ReplayBenchOptions {
  /** Events of the dry-run. */
  readonly events: number;
  /** Events that are stored when one customer's are looked for. */
  readonly stored: number;
  /** Events of that customer. */
  readonly customer: number;
  readonly partitions: number;
  readonly json: boolean;
}

export const HELP = `npm run bench -- replay [options]
Measures replays in dry-run, with events of the pack property-sites as a publisher stores them:
how many events a second are read from Kafka, folded and compared, and that the CRM (a simulator) logs no call of it and no row is written;
and how long it takes to fold what one customer did in a year among all that is stored, from the question to the answer.

  --events N      events of the dry-run (300000)
  --stored N      events among which the customer is looked for; ten million take a quarter of an hour to write (1000000)
  --customer N    events of the customer, spread over all of them (1000)
  --partitions N  partitions of the topic (6)
  --json          the figures as one JSON object in the last line
  --help          this text

Servers: those of CAUSEWAY_POSTGRES_URL and CAUSEWAY_KAFKA_BROKERS, else Docker, else embedded ones.`;

/** @throws Error that names the option; undefined when only help was asked for. */
export function readOptions(args: readonly string[]): ReplayBenchOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      events: { type: 'string', default: '300000' },
      stored: { type: 'string', default: '1000000' },
      customer: { type: 'string', default: '1000' },
      partitions: { type: 'string', default: '6' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  return {
    events: whole('--events', values.events),
    stored: whole('--stored', values.stored),
    customer: whole('--customer', values.customer),
    partitions: whole('--partitions', values.partitions),
    json: values.json,
  };
}

function whole(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`${option} wants a whole number from 1`);
  return value;
}
