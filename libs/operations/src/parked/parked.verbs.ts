import type { Kysely } from 'kysely';
import { listParked, putAudit, retryParked, skipParked, type ParkedCommand, type ParkedSelection } from '#ledger';
import { transaction, type IntegrationDatabase } from '#postgres';
import type { Operator } from '../operator.ts';

const VERBS = { retry: retryParked, skip: skipParked } as const;

export interface ParkedChange {
  readonly verb: keyof typeof VERBS;
  /** Those that were shown: what was parked since then is left alone. */
  readonly commands: readonly ParkedCommand[];
  readonly operator: Operator;
}

/** Retries or skips parked commands, with an audit row each. @returns the ids of those that were still parked. */
export function changeParked(
  db: Kysely<IntegrationDatabase>,
  { verb, commands, operator }: ParkedChange,
): Promise<string[]> {
  return transaction(db, async (trx) => {
    const done = await VERBS[verb](
      trx,
      commands.map(({ id }) => id),
    );
    const changed = commands.filter(({ id }) => done.includes(id));
    await putAudit(
      trx,
      changed.map(({ id, connectionId, recordKey, code }) => ({
        ...operator,
        verb: `parked ${verb}`,
        connectionId,
        recordKey,
        commandId: id,
        details: { code },
      })),
    );
    return done;
  });
}

/** The records of parked commands, each once: what restore and release are about. */
export function recordsOf(commands: readonly ParkedCommand[]): { connectionId: string; recordKey: string }[] {
  const records = new Map(
    commands.map(({ connectionId, recordKey }) => [
      JSON.stringify([connectionId, recordKey]),
      { connectionId, recordKey },
    ]),
  );
  return [...records.values()];
}

/** Parked commands whose record a person deleted. */
export async function listDeleted(
  db: Kysely<IntegrationDatabase>,
  selection: ParkedSelection,
): Promise<ParkedCommand[]> {
  return listParked(db, { ...selection, code: 'deleted_in_crm' });
}
