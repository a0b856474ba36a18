import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** Small files with one idea: no source file over 400 lines, the median of the product's sources at most 60. */
const LONGEST = 400;
const MEDIAN = 60;

const tracked = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.mjs', '*.sql'],
  { encoding: 'utf8' },
)
  .split('\n')
  .filter((path) => path !== '' && existsSync(path))
  .filter((path) => !/\.generated\.ts$|\/schema\.sql$|\/fixtures\//.test(path));
const sizes = tracked.map((path) => ({ path, lines: readFileSync(path, 'utf8').split('\n').length - 1 }));
const sources = sizes.filter(({ path }) => /^(apps|libs)\//.test(path) && !path.endsWith('.spec.ts'));
const median = sources.map(({ lines }) => lines).sort((a, b) => a - b)[Math.floor(sources.length / 2)] ?? 0;
const tooLong = sizes.filter(({ lines }) => lines > LONGEST);

for (const { path, lines } of tooLong) process.stderr.write(`${path} has ${lines} lines; at most ${LONGEST}\n`);
if (median > MEDIAN) process.stderr.write(`the median source file has ${median} lines; at most ${MEDIAN}\n`);
process.stdout.write(`${sources.length} sources, median ${median} lines\n`);
process.exitCode = tooLong.length > 0 || median > MEDIAN ? 1 : 0;
