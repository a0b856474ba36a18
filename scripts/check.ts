import { spawn } from 'node:child_process';

/**
 * Every check of `npm run check`, each with its result in one line; exit 1 when one failed. With names as arguments only
 * those run. Needs Postgres (with-stack.ts) for the generated schema.
 */
const node = process.execPath;
const bin = (path: string): string => `node_modules/${path}`;
const script = (name: string): string[] => [
  node,
  '--conditions=source',
  '--disable-warning=ExperimentalWarning',
  `scripts/${name}`,
];

const CHECKS: Record<string, string[]> = {
  types: [node, bin('typescript/bin/tsc'), '-p', 'tsconfig.json'],
  lint: [node, bin('oxlint/bin/oxlint'), '--type-aware', '--deny-warnings'],
  format: [node, bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'],
  dependencies: [
    node,
    bin('dependency-cruiser/bin/dependency-cruiser.mjs'),
    '--config',
    '.dependency-cruiser.cjs',
    'apps',
    'libs',
    'test',
    'scripts',
  ],
  'dead-code': [node, bin('knip/bin/knip.js'), '--no-progress'],
  'file-sizes': script('check-sizes.ts'),
  reference: [...script('generate-reference.ts'), '--check'],
  schema: [...script('generate-schema.ts'), '--check'],
};

function run([command = '', ...args]: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } });
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !(name in CHECKS));
if (unknown.length > 0)
  throw new Error(`no such check: ${unknown.join(', ')}; there is: ${Object.keys(CHECKS).join(', ')}`);

let failed = 0;
for (const [name, command] of Object.entries(CHECKS)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  const started = performance.now();
  const { code, output } = await run(command);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)\n`);
  if (code === 0) continue;
  failed += 1;
  process.stdout.write(`${output.trimEnd()}\n`);
}
process.exitCode = failed === 0 ? 0 : 1;
