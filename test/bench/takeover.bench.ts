import { parseArgs } from 'node:util';
import { percentile } from '#observability';
import { startStack } from '#stack';
import { machine } from './machine.ts';
import { measureTakeovers } from './takeover.measure.ts';

/**
 * How long events stand still when the publisher that streams is killed (kill -9) while a warm standby waits: from the kill
 * to the first row written after it in the hands of a read_committed consumer (kafkajs, which adds 30 to 70 ms of its own).
 * With --frozen it is stopped (SIGSTOP) instead, so that its connections stay open.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '10' },
    frozen: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds wants a whole number');

const stack = await startStack({ progress: (message) => process.stderr.write(`${message}\n`) });
try {
  process.env['CAUSEWAY_POSTGRES_URL'] = stack.postgresUrl;
  process.env['CAUSEWAY_KAFKA_BROKERS'] = stack.kafkaBrokers.join(',');
  const signal = values.frozen ? 'SIGSTOP' : 'SIGKILL';
  const onRound = (tookMs: number): void => void process.stderr.write(`${tookMs} ms\n`);
  const { tookMs, ...counts } = await measureTakeovers({ brokers: stack.kafkaBrokers, rounds, signal, onRound });
  const figures = { p50Ms: percentile(tookMs, 0.5), maxMs: Math.max(...tookMs), rounds, ...counts };
  const where = machine(stack.provider);
  process.stdout.write(
    `takeover after ${signal}, ${rounds} rounds (${where.cpu}, ${where.cores} cores, ${where.memoryGb} GB, node ${where.node}; ${where.servers})
  p50 ${figures.p50Ms} ms, max ${figures.maxMs} ms; ${counts.rows} rows, ${counts.lost} lost, ${counts.doubled} doubled, ${counts.misordered} out of order\n`,
  );
  if (values.json) process.stdout.write(`${JSON.stringify({ ...figures, signal, machine: where })}\n`);
  process.exitCode = counts.lost + counts.doubled + counts.misordered === 0 ? 0 : 1;
} finally {
  await stack.stop();
}
