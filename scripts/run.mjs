#!/usr/bin/env node
// Entrance of every npm script. Runs on the Node that happens to be there (20 or newer) with nothing installed: it
// brings the locked dependencies, builds what the task needs, and hands over to the Node of the dev dependency `node`.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const node = join(root, 'node_modules', 'node', 'bin', 'node');
const at = (...parts) => join(root, ...parts);
// kafkajs on Node 24 computes one negative timeout at its start, which is harmless.
const quiet = ['--disable-warning=ExperimentalWarning', '--disable-warning=TimeoutNegativeWarning'];
const script = (name) => ['--conditions=source', ...quiet, at('scripts', name)];
const withStack = [node, ...script('with-stack.ts')];
const jest = [
  node,
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  at('node_modules', 'jest', 'bin', 'jest.js'),
];

/** Brokers that live for a test are not worth the JVM's second compiler, which takes two fifths of what they cost. */
const SHORT_LIVED = { JAVA_TOOL_OPTIONS: '-XX:TieredStopAtLevel=1' };

const TASKS = {
  demo: { build: true, run: (args) => [[node, ...quiet, at('dist/apps/demo/main.js'), ...args]] },
  test: { build: true, env: SHORT_LIVED, run: (args) => [[...withStack, ...jest, ...args]] },
  build: { build: true, run: () => [] },
  check: { build: true, run: (args) => [[...withStack, node, ...script('check.ts'), ...args]] },
  generate: {
    run: () => [
      [node, ...script('generate-reference.ts')],
      [...withStack, node, ...script('generate-schema.ts')],
    ],
  },
  bench: { build: true, run: (args) => measurement('bench', args) },
  chaos: { build: true, run: (args) => measurement('chaos', args) },
  compat: { build: true, run: (args) => measurement('compat', args) },
  pictures: {
    build: true,
    run: (args) => [[node, ...quiet, at('dist/test/support/pictures/pictures.program.js'), ...args]],
  },
  format: { run: () => [[node, at('node_modules/prettier/bin/prettier.cjs'), '--write', root]] },
};

const HELP = `npm run <task> [-- arguments]
  demo       the guided demo; -- --once plays it, checks it and ends
  test       all tests; -- <path> only those
  build      dist/apps/<app>/main.js for each app
  check      types, lint, format, dependency rules, generated files, file sizes, dead code
  generate   writes the generated files anew
  bench      measurements; -- <name>, without a name lists them
  chaos      fault campaigns; -- <name>
  compat     comparisons with a peer; -- <name>
  pictures   draws the pictures of docs/pictures; -- <name> only those
  format     formats every file`;

/** Measurements live in test/<kind>/<name>.<kind>.ts; without a name they are listed. */
function measurement(kind, [name, ...args]) {
  const program = at('dist', 'test', kind, `${name}.${kind}.js`);
  if (name !== undefined && existsSync(program)) return [[node, ...quiet, program, ...args]];
  const found = existsSync(at('test', kind)) ? listed(kind) : [];
  console.error(`usage: npm run ${kind} -- <name>; there is: ${found.join(', ') || 'nothing yet'}`);
  process.exit(2);
}

function listed(kind) {
  return readdirSync(at('test', kind)).flatMap((file) => (file.endsWith(`.${kind}.ts`) ? [file.split('.')[0]] : []));
}

/** Runs a program to its end with our terminal. Ctrl-C reaches it as well, so this process waits for it to stop. */
function run([command, ...args], { env: more = {}, ...options } = {}) {
  return new Promise((resolve) => {
    const env = {
      // What Node compiled is kept, and inherited by the services that a task starts: a fifth of what each takes to start.
      NODE_COMPILE_CACHE: at('node_modules', '.cache', 'node-compile'),
      ...more,
      ...process.env,
      PATH: `${at('node_modules', '.bin')}:${process.env.PATH}`,
    };
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', env, ...options });
    const pass = (signal) => child.kill(signal);
    process.on('SIGINT', () => undefined);
    process.on('SIGTERM', () => pass('SIGTERM'));
    child.once('error', (error) => {
      console.error(error.message);
      resolve(1);
    });
    child.once('exit', (code, signal) => resolve(code ?? (signal === null ? 1 : 130)));
  });
}

/** `npm ci` when dependencies are missing or the lock file is another than the one they were installed from. */
export async function ensureInstalled() {
  const stamp = at('node_modules', '.causeway-lock');
  const lock = createHash('sha256')
    .update(readFileSync(at('package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return 0;
  console.error('installing the locked dependencies');
  const code = await run(['npm', 'ci', '--no-audit', '--no-fund', '--loglevel=error'], { stdio: ['ignore', 2, 2] });
  if (code === 0) writeFileSync(stamp, lock);
  return code;
}

/** Compiles when a source is newer than the last build, so that a command that is called often starts at once. */
export async function ensureBuilt() {
  const stamp = at('dist', '.built');
  const started = new Date();
  const sources = ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'apps', 'libs', 'test'].map((name) =>
    at(name),
  );
  if (existsSync(stamp) && Math.max(...sources.map(newest)) < statSync(stamp).mtimeMs) return 0;
  const code = await run([node, at('node_modules/typescript/bin/tsc'), '-p', at('tsconfig.build.json')]);
  if (code === 0) {
    writeFileSync(stamp, '');
    // A source that was saved while the compiler ran must be newer than the stamp.
    utimesSync(stamp, started, started);
  }
  return code;
}

function newest(path) {
  const found = statSync(path);
  if (!found.isDirectory()) return found.mtimeMs;
  return Math.max(found.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

async function main([name, ...args]) {
  const task = TASKS[name];
  if (task === undefined) {
    console.error(HELP);
    return 2;
  }
  const steps = [ensureInstalled, ...(task.build ? [ensureBuilt] : [])];
  for (const step of steps) {
    const code = await step();
    if (code !== 0) return code;
  }
  for (const command of task.run(args)) {
    const code = await run(command, { env: task.env });
    if (code !== 0) return code;
  }
  return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.slice(2));
