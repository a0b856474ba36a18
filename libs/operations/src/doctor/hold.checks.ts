import type { Kysely } from 'kysely';
import type { IntegrationDatabase } from '#postgres';
import { readTrying } from '#ledger';
import { readConnections } from '../holds/connection.report.ts';
import { heldName, readHolds, type HeldScope } from '../holds/hold.verbs.ts';
import { readThrottles, throttleName } from '../throttle/throttle.verbs.ts';
import { note, ok, wrong, type Finding } from './finding.ts';

const A_DAY = 86_400;

/** What is held back by people, by quiet hours or since the CRM does not answer, and what has been tried for a day. */
export async function checkHolds(db: Kysely<IntegrationDatabase>): Promise<Finding[]> {
  const holds = await readHolds(db);
  const throttles = await readThrottles(db);
  const connections = await readConnections(db);
  const trying = await readTrying(db, A_DAY);
  const found = [
    ...holds.map(heldOf),
    ...throttles.map((throttle) =>
      note(
        `throttled: ${throttleName(throttle)}`,
        `at most ${throttle.perSecond} ${throttle.unit} a second; ${throttle.by}: ${throttle.reason}`,
        'causeway throttle clear, when it may go on as fast as it can.',
      ),
    ),
    ...connections.flatMap(({ id, circuit, nextTryAt, quietUntil }) => [
      ...(circuit === 'closed'
        ? []
        : [
            wrong(
              `calls of ${id}`,
              `the CRM does not answer; next try ${nextTryAt ?? 'soon'}`,
              'See causeway connection status.',
            ),
          ]),
      ...(quietUntil === null
        ? []
        : [note(`quiet hours of ${id}`, `until ${quietUntil}`, 'Nothing: its commands go on then.')]),
    ]),
    ...[...trying].flatMap(([id, { overdue }]) =>
      overdue === 0
        ? []
        : [wrong(`commands of ${id}`, `${overdue} tried in vain for a day`, 'causeway commands list; see the CRM.')],
    ),
  ];
  return found.length === 0 ? [ok('held commands', 'none')] : found;
}

function heldOf({ commands, by, reason, ...scope }: HeldScope): Finding {
  return note(
    `held: ${heldName(scope)}`,
    `${commands} commands wait; ${by}: ${reason}`,
    'causeway resume, when they may go on.',
  );
}
