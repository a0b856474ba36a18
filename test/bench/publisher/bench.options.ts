import { parseArgs } from 'node:util';
import { PRODUCER_CLIENTS, type ProducerClient } from '#kafka';
import { HEADER_CHOICES, type HeaderChoice } from './bench.layout.ts';

export interface BenchOptions {
  readonly rows: number;
  readonly payload: number;
  readonly perTransaction: readonly number[];
  readonly producer: ProducerClient;
  readonly headers: HeaderChoice;
  readonly runs: number;
  readonly steadyRows: number;
  readonly steadySeconds: number;
  readonly trace: boolean;
  readonly bigTransaction: number;
  /** Also measured on the same rows. */
  readonly against: 'debezium' | undefined;
  readonly json: boolean;
}

export const HELP = `npm run bench -- publisher [options]
Measures the publisher: how fast it takes a backlog into Kafka, how fast the same stream is read with Kafka switched off
(the ceiling), how long a row takes at a steady pace, and the memory that one large transaction needs.

  --rows N              rows of the backlog (300000); 0 leaves it out
  --payload N           bytes of a row's payload, about (450)
  --per-transaction N   rows of a transaction; may be given several times (100 and 1)
  --producer NAME       ${PRODUCER_CLIENTS.join(' or ')} (platformatic)
  --headers WHICH       cloudevents: our table and its nine headers; two: the table of Debezium's documentation with the
                        preset debezium-outbox, whose records have two (cloudevents)
  --runs N              how often the backlog is drained; the median counts (3)
  --rate N              rows a second of the steady phase, one in a transaction (1000); 0 leaves it out
  --seconds N           how long the steady phase is (20)
  --trace               also says what each step of a transaction took in the steady phase
  --big-transaction N   rows of the one large transaction (2000000); 0 leaves it out
  --against debezium    also drains the same rows with Debezium on Kafka Connect (needs Java and Maven); the table is then that
                        of --headers two
  --json                the figures as one JSON object in the last line
  --help                this text

Servers: those of CAUSEWAY_POSTGRES_URL and CAUSEWAY_KAFKA_BROKERS, else Docker, else embedded ones.`;

/** @throws Error that names the option; undefined when only help was asked for. */
export function readOptions(args: readonly string[]): BenchOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rows: { type: 'string', default: '300000' },
      payload: { type: 'string', default: '450' },
      'per-transaction': { type: 'string', multiple: true, default: ['100', '1'] },
      producer: { type: 'string', default: 'platformatic' },
      headers: { type: 'string' },
      against: { type: 'string' },
      runs: { type: 'string', default: '3' },
      rate: { type: 'string', default: '1000' },
      seconds: { type: 'string', default: '20' },
      trace: { type: 'boolean', default: false },
      'big-transaction': { type: 'string', default: '2000000' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const producer = PRODUCER_CLIENTS.find((known) => known === values.producer);
  if (producer === undefined) throw new Error(`--producer wants one of: ${PRODUCER_CLIENTS.join(', ')}`);
  const { against } = values;
  if (against !== undefined && against !== 'debezium') throw new Error('--against wants debezium');
  const wanted = values.headers ?? (against === undefined ? 'cloudevents' : 'two');
  const headers = HEADER_CHOICES.find((known) => known === wanted);
  if (headers === undefined) throw new Error(`--headers wants one of: ${HEADER_CHOICES.join(', ')}`);
  if (against !== undefined && headers !== 'two') throw new Error('--against debezium wants --headers two');
  const rows = whole('--rows', values.rows, 0);
  return {
    rows,
    payload: whole('--payload', values.payload, 1),
    perTransaction: (rows === 0 ? [] : values['per-transaction']).map((text) => whole('--per-transaction', text, 1)),
    producer,
    headers,
    runs: whole('--runs', values.runs, 1),
    steadyRows: whole('--rate', values.rate, 0),
    steadySeconds: whole('--seconds', values.seconds, 1),
    trace: values.trace,
    bigTransaction: whole('--big-transaction', values['big-transaction'], 0),
    against,
    json: values.json,
  };
}

function whole(option: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least) throw new Error(`${option} wants a whole number from ${least}`);
  return value;
}
