import { parseArgs } from 'node:util';
import { startStack } from '#stack';
import { machine } from '../bench/machine.ts';
import { runGroup, type CaseResult } from './case.group.ts';
import { CASES } from './debezium.cases.ts';
import { CONNECT_VERSION, DEBEZIUM_VERSION } from './debezium.worker.ts';
import { TAKEOVERS } from './debezium.takeover.ts';

const HELP = `npm run compat -- debezium [--case NAME]... [--json]
Runs Debezium ${DEBEZIUM_VERSION} on Kafka Connect ${CONNECT_VERSION} and the publisher's preset debezium-outbox over the same
tables and compares every record byte by byte; then takes over where Debezium stood. Exit 1 on any difference.
  --case NAME  only this case; may be repeated
  --json       a last line with everything as JSON
cases: ${[...CASES, ...TAKEOVERS].map(({ name }) => name).join(', ')}
`;
/** Slots, connections and the JVM's memory are spent for each connector. */
const GROUP_SIZE = 10;
const SHOWN_DIFFERENCES = 5;

const { values } = parseArgs({
  options: {
    case: { type: 'string', multiple: true },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) process.stdout.write(HELP);
else await main(values.case);

async function main(names: readonly string[] | undefined): Promise<void> {
  const unknown = names?.find((name) => ![...CASES, ...TAKEOVERS].some((known) => known.name === name));
  if (unknown !== undefined) {
    process.stderr.write(`there is no case ${unknown}\n${HELP}`);
    process.exitCode = 2;
    return;
  }
  const isChosen = ({ name }: { readonly name: string }): boolean => names === undefined || names.includes(name);
  // Ctrl-C ends what is under way and takes everything down behind it.
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort(new Error('interrupted')));
  const progress = (message: string): void => void process.stderr.write(`${message}\n`);
  const stack = await startStack({ progress });
  const results: CaseResult[] = [];
  try {
    const where = machine(stack.provider);
    process.stdout.write(`debezium ${DEBEZIUM_VERSION} (${where.servers}, node ${where.node})\n`);
    const onResult = (result: CaseResult): void => {
      results.push(result);
      printResult(result);
    };
    const common = { stack, onResult, progress, signal: stop.signal };
    const cases = CASES.filter(isChosen);
    for (let at = 0; at < cases.length; at += GROUP_SIZE)
      await runGroup({ ...common, cases: cases.slice(at, at + GROUP_SIZE) });
    for (const takeover of TAKEOVERS.filter(isChosen)) onResult(await takeover.run(common));
    const different = results.filter(({ differences }) => differences.length > 0).length;
    const records = results.reduce((sum, result) => sum + result.records, 0);
    process.stdout.write(`${results.length} cases, ${records} records compared, ${different} cases differ\n`);
    if (values.json) process.stdout.write(`${JSON.stringify({ results, records, different, machine: where })}\n`);
    process.exitCode = different === 0 ? 0 : 1;
  } catch (error) {
    process.stderr.write(`${stop.signal.aborted ? 'interrupted' : String(error)}\n`);
    process.exitCode = stop.signal.aborted ? 130 : 1;
  } finally {
    await stack.stop();
  }
}

function printResult({ name, records, differences, note = '' }: CaseResult): void {
  const verdict = differences.length === 0 ? 'same' : `DIFFERENT (${differences.length})`;
  process.stdout.write(
    `${name.padEnd(28)}${String(records).padStart(6)} records  ${verdict}${note === '' ? '' : `  ${note}`}\n`,
  );
  for (const difference of differences.slice(0, SHOWN_DIFFERENCES)) process.stdout.write(`    ${difference}\n`);
}
