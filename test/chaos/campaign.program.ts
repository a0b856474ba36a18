import { startStack, type Stack } from '#stack';
import { machine } from '../bench/machine.ts';
import { COUNTERS } from './campaign.checker.ts';
import { CampaignReport, type CampaignWords } from './campaign.report.ts';

/** What the command line of every campaign says. */
export interface ProgramPlan {
  readonly rounds: number;
  readonly seed: number;
  readonly mutant: string | undefined;
  readonly json: boolean;
  readonly help: boolean;
  /** The arguments that play the same again. */
  readonly again: string;
}

type ProgramResult = Parameters<CampaignReport['end']>[0] & {
  readonly rounds: number;
  readonly unplayed: number;
  readonly alarms: number;
};

/** What is a campaign's own. */
export interface Program<Plan extends ProgramPlan> {
  readonly name: string;
  readonly help: string;
  readonly words: CampaignWords;
  /** @throws Error that names the option */
  readonly readPlan: () => Plan;
  readonly run: (
    plan: Plan,
    given: { readonly servers: Stack; readonly report: CampaignReport; readonly signal: AbortSignal },
  ) => Promise<ProgramResult>;
}

/** Runs a campaign as a command: help, options, servers, report. Exit codes: 0 clean, 1 something was found, 2 wrong use. */
export async function runProgram<Plan extends ProgramPlan>(program: Program<Plan>): Promise<void> {
  let plan: Plan;
  try {
    plan = program.readPlan();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
    return;
  }
  if (plan.help) process.stdout.write(program.help);
  else process.exitCode = await play(program, plan);
}

async function play<Plan extends ProgramPlan>({ name, words, run }: Program<Plan>, plan: Plan): Promise<number> {
  const { rounds, seed, mutant, json, again } = plan;
  // Ctrl-C breaks the round off and takes away what was made, so that nothing is left on the servers.
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
  const servers = await startStack({ progress: (message) => process.stderr.write(`${message}\n`) });
  try {
    const where = machine(servers.provider);
    const report = new CampaignReport(process.stdout, { rounds, ...words });
    const what = mutant === undefined ? name : `${name}, mutant ${mutant}`;
    report.head(
      `${what}: ${rounds} rounds, --seed ${seed} (${where.cpu}, ${where.cores} cores, ${where.memoryGb} GB, node ${where.node}; ${where.servers})`,
    );
    const startedAt = performance.now();
    const result = await run(plan, { servers, report, signal: stop.signal });
    report.end(result);
    const isClean = [...COUNTERS, 'unplayed' as const, 'alarms' as const].every((counter) => result[counter] === 0);
    if (!isClean) process.stdout.write(`the same again: npm run chaos -- ${name} ${again}\n`);
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    const { amount: _amount, ...figures } = result;
    if (json) process.stdout.write(`${JSON.stringify({ ...figures, seed, seconds, machine: where })}\n`);
    return isClean && result.rounds === rounds ? 0 : 1;
  } finally {
    await servers.stop();
  }
}
