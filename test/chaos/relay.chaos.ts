import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { startStack } from '#stack';
import { machine } from '../bench/machine.ts';
import { COUNTERS } from './campaign.checker.ts';
import { oneOf, wholeNumber } from './campaign.arguments.ts';
import { CampaignReport } from './campaign.report.ts';
import { runRelayCampaign } from './relay.campaign.ts';
import { FAULTS_OF_RELAY_MUTANT, RELAY_FAULT_NAMES } from './relay.faults.ts';
import { RELAY_MUTANTS } from './relay.mutants.ts';

const HELP = `npm run chaos -- relay [--rounds 200] [--seed N] [--fault NAME ...] [--mutant NAME] [--json]

Faults against mapper and dispatcher while users of a product live their lives. Exit 1 when the CRM is not what the fold says, when
something is there twice or was written out of order, when a relay crashed or parked a command, or when a fault could not be played; 2
for a wrong option.

faults   ${RELAY_FAULT_NAMES.join('\n         ')}
mutants  ${RELAY_MUTANTS.join(', ')}: relays with a promise broken; the campaign has to find it, and exits 1
`;

const OPTIONS = {
  options: {
    rounds: { type: 'string' },
    seed: { type: 'string', default: String(randomInt(1_000_000)) },
    fault: { type: 'string', multiple: true },
    mutant: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
} as const;

/** What the command line asks for. @throws Error that names the option */
function readPlan() {
  const { values } = parseArgs(OPTIONS);
  const mutant =
    values.mutant === undefined ? undefined : oneOf('--mutant', { known: RELAY_MUTANTS, name: values.mutant });
  const named = values.fault?.map((name) => oneOf('--fault', { known: RELAY_FAULT_NAMES, name }));
  const again = (['seed', 'rounds', 'mutant'] as const).flatMap((name) =>
    values[name] === undefined ? [] : [`--${name} ${values[name]}`],
  );
  return {
    rounds: wholeNumber('--rounds', values.rounds ?? (mutant === undefined ? '200' : '3')),
    seed: wholeNumber('--seed', values.seed),
    faults: named ?? (mutant === undefined ? RELAY_FAULT_NAMES : FAULTS_OF_RELAY_MUTANT[mutant]),
    mutant,
    json: values.json,
    help: values.help,
    again: [...again, ...(values.fault ?? []).map((name) => `--fault '${name}'`)].join(' '),
  };
}

async function play({ json, again, ...options }: ReturnType<typeof readPlan>): Promise<number> {
  const { rounds, seed, mutant } = options;
  // Ctrl-C breaks the round off and takes away what was made, so that nothing is left on the servers.
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
  const stack = await startStack({ progress: (message) => process.stderr.write(`${message}\n`) });
  try {
    const where = machine(stack.provider);
    const words = { detail: 'writes', amount: 'events', service: 'a relay' };
    const report = new CampaignReport(process.stdout, { rounds, ...words });
    const what = mutant === undefined ? 'relay' : `relay, mutant ${mutant}`;
    report.head(
      `${what}: ${rounds} rounds, --seed ${seed} (${where.cpu}, ${where.cores} cores, ${where.memoryGb} GB, node ${where.node}; ${where.servers})`,
    );
    const startedAt = performance.now();
    const result = await runRelayCampaign({
      ...options,
      servers: stack,
      onRound: (round) => report.round({ ...round, detail: String(round.writes), amount: round.events }),
      signal: stop.signal,
    });
    report.end({ ...result, amount: result.events });
    const isClean = [...COUNTERS, 'unplayed' as const, 'alarms' as const].every((counter) => result[counter] === 0);
    if (!isClean) process.stdout.write(`the same again: npm run chaos -- relay ${again}\n`);
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    if (json) process.stdout.write(`${JSON.stringify({ ...result, seed, seconds, machine: where })}\n`);
    return isClean && result.rounds === rounds ? 0 : 1;
  } finally {
    await stack.stop();
  }
}

let plan: ReturnType<typeof readPlan> | undefined;
try {
  plan = readPlan();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
if (plan?.help === true) process.stdout.write(HELP);
else if (plan !== undefined) process.exitCode = await play(plan);
