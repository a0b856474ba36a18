import type { Client } from 'pg';
import type { BenchLayout } from './bench.layout.ts';
import type { BenchSource } from './bench.source.ts';

/** Enough that the pace is kept while some wait for the disk. */
const WRITERS = 8;

/**
 * Rows written by the server itself, each its own transaction: on a machine of two cores a program that writes over the wire would
 * take more of them than the publisher. Row n is due at n / pace. A row bears when its commit began, by the server's clock.
 */
function procedureOf({ table, columns, values }: BenchLayout): string {
  const now = `extract(epoch from clock_timestamp())`;
  const payload = `jsonb_build_object('n', n, 'at', ${now} * 1000, 'note', note)`;
  return `
create or replace procedure public.bench_pace(first integer, step integer, row_count integer, rate float8, note text)
language plpgsql as $$
declare
  started float8 := ${now};
  early float8;
begin
  for n in first..row_count - 1 by step loop
    early := started + n / rate - ${now};
    if early > 0 then perform pg_sleep(early); end if;
    insert into ${table} (${columns}) values (${values('n', payload)});
    commit;
  end loop;
end
$$`;
}

export interface Pace {
  readonly rows: number;
  readonly rowsPerSecond: number;
  /** About so many bytes of payload a row. */
  readonly payload: number;
}

/** Writes the rows at an even pace. @returns rows a second, as they were written */
export async function writePaced(source: BenchSource, { rows, rowsPerSecond, payload }: Pace): Promise<number> {
  const writers: Client[] = [];
  try {
    while (writers.length < WRITERS) writers.push(await source.connect());
    await writers[0]?.query(procedureOf(source.layout));
    const note = 'x'.repeat(Math.max(0, payload - 60));
    const started = performance.now();
    const write = (writer: Client, first: number) =>
      writer.query(`call public.bench_pace(${first}, ${WRITERS}, ${rows}, ${rowsPerSecond}, '${note}')`);
    await Promise.all(writers.map(write));
    return (rows * 1000) / (performance.now() - started);
  } finally {
    await Promise.all(writers.map((writer) => writer.end()));
  }
}
