import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { startStack } from '#stack';
import { machine } from '../bench/machine.ts';
import { runPublisherCampaign, type RoundReport } from './publisher.campaign.ts';
import { FAULT_NAMES, type FaultName } from './publisher.faults.ts';

/** Faults against the publisher while rows are written; exit 1 when a row was lost, doubled, out of order, or wrong. */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(randomInt(1_000_000)) },
    fault: { type: 'string', multiple: true },
    json: { type: 'boolean', default: false },
  },
});
const rounds = wholeNumber('--rounds', values.rounds);
const seed = wholeNumber('--seed', values.seed);
const faults = values.fault === undefined ? FAULT_NAMES : values.fault.map(faultNamed);

// Ctrl-C ends the campaign after its round, so that nothing is left on the servers.
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());

const stack = await startStack({ progress: (message) => process.stderr.write(`${message}\n`) });
try {
  const where = machine(stack.provider);
  process.stdout.write(
    `publisher: ${rounds} rounds, --seed ${seed} (${where.cpu}, ${where.cores} cores, ${where.memoryGb} GB, node ${where.node}; ${where.servers})\n`,
  );
  const line = (cells: readonly (string | number)[]): void => {
    const [round, fault, producer, ...numbers] = cells;
    const columns = numbers.map((cell) => String(cell).padStart(11)).join('');
    process.stdout.write(
      `${String(round).padStart(5)}  ${String(fault).padEnd(36)}${String(producer).padEnd(14)}${columns}\n`,
    );
  };
  line(['round', 'fault', 'producer', 'rows', 'settled ms', 'lost', 'doubled', 'misordered', 'wrong']);
  const onRound = (report: RoundReport): void => {
    const { round, fault, producer, rows, settleMs, lost, doubled, misordered, wrong, examples, complaints } = report;
    line([round, fault, producer, rows, settleMs, lost, doubled, misordered, wrong]);
    for (const remark of [...examples, ...complaints]) process.stdout.write(`       ${remark}\n`);
  };
  const { postgresUrl, kafkaBrokers: brokers } = stack;
  const result = await runPublisherCampaign({
    postgresUrl,
    brokers,
    rounds,
    seed,
    faults,
    onRound,
    signal: stop.signal,
  });
  line(['all', '', '', result.rows, '', result.lost, result.doubled, result.misordered, result.wrong]);
  if (values.json) process.stdout.write(`${JSON.stringify({ ...result, seed, machine: where })}\n`);
  const { lost, doubled, misordered, wrong } = result;
  process.exitCode = lost + doubled + misordered + wrong === 0 && result.rounds === rounds ? 0 : 1;
} finally {
  await stack.stop();
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`${option} wants a whole number`);
  return value;
}

function faultNamed(name: string): FaultName {
  const found = FAULT_NAMES.find((known) => known === name);
  if (found === undefined) throw new Error(`--fault wants one of: ${FAULT_NAMES.join(', ')}`);
  return found;
}
