import { table } from './table.ts';

/** Prints rows as a table for people, or with `json` as one JSON document for programs. */
export function print(
  rows: readonly object[],
  options: { json: boolean; columns: Readonly<Record<string, (row: never) => string>>; empty: string },
): void {
  if (options.json) return void process.stdout.write(`${JSON.stringify(rows)}\n`);
  if (rows.length === 0) return void process.stdout.write(`${options.empty}\n`);
  const titles = Object.keys(options.columns);
  const cells = rows.map((row) => Object.values(options.columns).map((cell) => cell(row as never)));
  process.stdout.write(`${table(titles, cells)}\n`);
}
