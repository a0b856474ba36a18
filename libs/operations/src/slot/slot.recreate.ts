import { CausewayError } from '#contracts';
import { OUTPUT_PLUGIN, createSlot, dropSlot, formatLsn, inspectSlot, readServerFacts } from '#replication';
import { waitUntilFree } from './slot.adopt.ts';
import { withSource } from './source.client.ts';
import type { SourceTarget } from './source.target.ts';

/**
 * Drops the slot, if there is one, and creates it. Waits for all transactions that run now, since a slot can only begin
 * where none is half read. The position is left as it is, so a publisher stays stopped until the slot is adopted.
 * @returns where the new slot begins
 * @throws CausewayError `SLOT_IN_USE` with the pid; `SLOT_UNUSABLE` for a slot that is somebody else's
 */
export async function recreateSlot(target: SourceTarget): Promise<{ readonly lsn: string }> {
  await waitUntilFree(target);
  return withSource(target, async (client) => {
    const slot = await inspectSlot(client, target.slot);
    const { database } = await readServerFacts(client);
    if (slot !== undefined && (slot.plugin !== OUTPUT_PLUGIN || slot.database !== database)) {
      const details = { slot: slot.name, plugin: slot.plugin, database: slot.database };
      throw new CausewayError('SLOT_UNUSABLE', { details });
    }
    await dropSlot(client, target.slot);
    return { lsn: formatLsn(await createSlot(client, target.slot)) };
  });
}
