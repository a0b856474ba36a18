import { connectClient } from '#postgres';

/** A slot keeps WAL for ever and its database from being dropped: whoever made it for a run takes it away. */
export async function dropSlots(adminUrl: string, slots: readonly string[]): Promise<void> {
  const client = await connectClient({ url: adminUrl, applicationName: 'causeway-cleanup' });
  try {
    await client.query(
      `select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = any($1) and active`,
      [slots],
    );
    for (const slot of slots) {
      await untilInactive(client, slot);
      await client.query(`select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1`, [
        slot,
      ]);
    }
  } finally {
    await client.end();
  }
}

/** The walsender that was terminated needs a moment to let go of its slot; Postgres is asked, for at most five seconds. */
async function untilInactive(client: Awaited<ReturnType<typeof connectClient>>, slot: string): Promise<void> {
  for (let tries = 0; tries < 50; tries += 1) {
    const { rowCount } = await client.query(
      `select 1, pg_sleep(0.1) from pg_replication_slots where slot_name = $1 and active`,
      [slot],
    );
    if (rowCount === 0) return;
  }
}
