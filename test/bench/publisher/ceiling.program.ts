import { ReplicationStream } from '#replication';

/**
 * The reader alone: the publisher's own stream, whose rows are copied and counted, with nothing behind it. Reads a slot until it has
 * seen so many rows and says how long that took, first row to last.
 * Arguments: url, slot, publication, rows.
 */
const [url = '', slotName = '', publicationName = '', rows = ''] = process.argv.slice(2);
const wanted = Number(rows);
let seen = 0;
let started = 0;
const { promise: complete, resolve } = Promise.withResolvers<void>();
const stream = await ReplicationStream.open({
  url,
  slotName,
  publicationName,
  applicationName: 'causeway-bench-ceiling',
  statusIntervalMs: 5000,
  sink: {
    begin: () => undefined,
    insert: () => {
      if (seen === 0) {
        started = performance.now();
        say({ msg: 'reading' });
      }
      seen += 1;
      if (seen === wanted) resolve();
    },
    commit: () => undefined,
    keepalive: () => undefined,
  },
});
await Promise.race([complete, stream.ended]);
const seconds = (performance.now() - started) / 1000;
say({ msg: 'read', rows: seen, seconds });
// The bench looks at what was used, and ends it; without the bench nobody would.
process.stdin.on('end', () => process.exit()).resume();

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
