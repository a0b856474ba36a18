import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startStack } from '#stack';
import { wholeNumber } from './campaign.arguments.ts';

const HELP = `npm run chaos -- properties [<path> ...] [--times 30] [--seed N]

Plays the specs with properties (those that import fast-check) whose path contains one of the paths, or all, with so many times their runs,
with a new seed or this one. A counterexample fails with the seed that gives it again. Exit 1 when there is one; 2 for a wrong option.
`;

/** npm starts every command in the root of the repository. */
const root = process.cwd();

/** Specs that import fast-check, and whose path contains one of the given ones. */
function specsWith(paths: readonly string[]): string[] {
  const all = ['apps', 'libs', 'test'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  );
  const specs = all.filter((file) => file.endsWith('.spec.ts') && !file.includes('node_modules'));
  return specs
    .filter((file) => paths.length === 0 || paths.some((path) => file.includes(path)))
    .filter((file) => readFileSync(join(root, file), 'utf8').includes("from 'fast-check'"));
}

/** What the command line asks for. @throws Error that names the option */
function readPlan() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      times: { type: 'string', default: '30' },
      seed: { type: 'string', default: String(randomInt(1, 2 ** 31)) },
      help: { type: 'boolean', default: false },
    },
  });
  const specs = specsWith(positionals);
  if (specs.length === 0) throw new Error(`no spec with properties is at ${positionals.join(', ')}`);
  const [times, seed] = [wholeNumber('--times', values.times), wholeNumber('--seed', values.seed)];
  return { times, seed, specs, paths: positionals, help: values.help };
}

async function play({ times, seed, specs, paths }: ReturnType<typeof readPlan>): Promise<number> {
  const servers = await startStack({ progress: (message) => process.stderr.write(`${message}\n`) });
  // Ctrl-C reaches Jest as well; this process stays until it has ended, to take the servers down after it.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
  const again = `npm run chaos -- properties ${[...paths, '--times', times, '--seed', seed].join(' ')}`;
  process.stdout.write(`${specs.length} specs, ${times} times their runs: ${again}\n`);
  try {
    const env = {
      ...process.env,
      CAUSEWAY_POSTGRES_URL: servers.postgresUrl,
      CAUSEWAY_KAFKA_BROKERS: servers.kafkaBrokers.join(','),
      PROPERTY_SEED: String(seed),
      PROPERTY_TIMES: String(times),
    };
    const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
    const jest = [join(root, 'node_modules', 'jest', 'bin', 'jest.js'), '--testTimeout=1800000', '--runTestsByPath'];
    const child = spawn(process.execPath, [...flags, ...jest, ...specs], { stdio: 'inherit', env, cwd: root });
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) process.stdout.write(`the same again: ${again}\n`);
    return code === 0 ? 0 : 1;
  } finally {
    await servers.stop();
  }
}

try {
  const plan = readPlan();
  if (plan.help) process.stdout.write(HELP);
  else process.exitCode = await play(plan);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
