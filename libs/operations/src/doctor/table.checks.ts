import type { Client } from 'pg';
import { readOutboxDepth } from '../outbox/outbox.depth.ts';
import { nameOf } from '../outbox/outbox.table.ts';
import { tableOf } from '../slot/source.target.ts';
import type { SourcePart } from './doctor.target.ts';
import { note, ok, type Finding } from './finding.ts';

/** More rows than this are not counted, and a count that takes longer is broken off. */
const [MOST_COUNTED, STATEMENT_MS] = [100_000, 3000];

/** What stands in a table that our migrations did not make, or why that cannot be told. A missing one is the publication's matter. */
export async function checkOtherTable(client: Client, source: SourcePart): Promise<Finding> {
  await client.query(`set statement_timeout = ${STATEMENT_MS}`);
  try {
    const { rows, oldestSeconds, untold } = await readOutboxDepth(client, source, { after: null, most: MOST_COUNTED });
    if (untold !== null) return note('outbox', `its age and depth are not known: ${untold.what}`, `${untold.action}.`);
    const count = rows === MOST_COUNTED ? `${rows} rows or more` : `${rows ?? 0} rows`;
    const oldest = oldestSeconds === null ? '' : `, the oldest written ${oldestSeconds} s ago`;
    return ok('outbox', `${nameOf(tableOf(source))}: ${count}${oldest}`);
  } finally {
    await client.query('reset statement_timeout');
  }
}
