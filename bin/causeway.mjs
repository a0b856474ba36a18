#!/usr/bin/env node
// The `causeway` command: brings dependencies and build up to date, then runs apps/cli on the Node of the dev dependency.
import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(realpathSync(fileURLToPath(import.meta.url))));
const program = join(root, 'dist', 'apps', 'cli', 'main.js');
const preparation = join(root, 'scripts', 'run.mjs');
// A deployed image holds the build alone; a checkout holds the sources, from which the build is brought up to date.
if (existsSync(preparation)) {
  const { ensureInstalled, ensureBuilt } = await import(preparation);
  const code = (await ensureInstalled()) || (await ensureBuilt());
  if (code !== 0) process.exit(code);
}
const own = join(root, 'node_modules', 'node', 'bin', 'node');
const child = spawn(
  existsSync(own) ? own : process.execPath,
  ['--disable-warning=TimeoutNegativeWarning', program, ...process.argv.slice(2)],
  {
    stdio: 'inherit',
  },
);
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.once('exit', (code, signal) => {
  process.exitCode = code ?? (signal === null ? 1 : 130);
});
