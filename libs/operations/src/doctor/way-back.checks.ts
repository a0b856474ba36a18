import { sql, type Kysely } from 'kysely';
import type { Connection } from '#connections';
import type { IntegrationDatabase } from '#postgres';
import { listChannels, type ChannelReport } from '../return/channels.report.ts';
import { note, ok, wrong, type Finding } from './finding.ts';

/** A receiver gives a sign every few seconds. */
const SILENT_SECONDS = 30;
/** A sweep that is due for so long is not made. */
const OVERDUE_SECONDS = 3600;

/** What the way back needs: somebody who takes notifications, channels of every watched module, sweeps that go through. */
export async function checkWayBack(
  db: Kysely<IntegrationDatabase>,
  connections: readonly Connection[],
): Promise<Finding[]> {
  const channels = await listChannels(db);
  const active = connections.filter(({ state }) => state === 'active');
  const watched = active.flatMap(({ id, settings }) => Object.keys(settings.watch).map((module) => ({ id, module })));
  const isWanted = watched.length > 0 || channels.length > 0;
  return [
    ...(isWanted ? [await checkReceivers(db)] : []),
    ...watched
      .filter(({ id, module }) => !channels.some((found) => found.connection === id && found.module === module))
      .map(({ id, module }) =>
        wrong(`channel ${id} ${module}`, 'not subscribed', 'Start the webhook service: it subscribes by itself.'),
      ),
    ...channels.filter(({ connection }) => active.some(({ id }) => id === connection)).map(ofChannel),
    ...(await checkSweeps(db)),
  ];
}

function ofChannel({ id, connection, module, state, secondsLeft, isLate, failure }: ChannelReport): Finding {
  const check = `channel ${connection} ${module}`;
  const action =
    'causeway channels renew; the webhook service renews by itself as well, and its log says why it could not.';
  const fix = { name: 'channel-renewal', of: id } as const;
  if (state === 'expired') return { ...wrong(check, 'expired', action), fix };
  if (state === 'failing') return { ...wrong(check, `cannot be renewed: ${failure ?? ''}`, action), fix };
  if (state === 'new') return wrong(check, 'not subscribed', 'Start the webhook service: it subscribes by itself.');
  const left = `expires in ${Math.round((secondsLeft ?? 0) / 60)} min`;
  if (isLate) return { ...note(check, `${left}, and was not renewed at half of its life`, action), fix };
  return ok(check, left);
}

async function checkReceivers(db: Kysely<IntegrationDatabase>): Promise<Finding> {
  const { rows } = await sql<{ alive: number }>`
    select count(*)::integer as alive from webhooks.receivers
     where stopped_at is null and beat_at > now() - make_interval(secs => ${SILENT_SECONDS})`.execute(db);
  const alive = rows[0]?.alive ?? 0;
  if (alive > 0) return ok('notifications', `${alive} processes take them`);
  return wrong('notifications', 'nobody takes them', 'Start the webhook service; sweeps find what was missed.');
}

async function checkSweeps(db: Kysely<IntegrationDatabase>): Promise<Finding[]> {
  const { rows } = await sql<{ connection_id: string; module: string; code: string | null; overdue: number }>`
    select s.connection_id, s.module, s.failure_code as code,
           greatest(0, extract(epoch from now() - s.due_at))::integer as overdue
      from webhooks.sweeps s join connections.connections n on n.id = s.connection_id
     where n.state = 'active' and (s.failure_code is not null
           or (s.run_kind is null and s.due_at < now() - make_interval(secs => ${OVERDUE_SECONDS})))
     order by s.connection_id, s.module`.execute(db);
  if (rows.length === 0) return [ok('sweeps', 'go through')];
  return rows.map(({ connection_id: id, module, code, overdue }) =>
    note(
      `sweep ${id} ${module}`,
      code === null ? `due for ${Math.round(overdue / 60)} min` : `failed: ${code}`,
      'causeway sync status; the webhook service tries again by itself.',
    ),
  );
}
