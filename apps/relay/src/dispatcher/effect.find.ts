import type { JsonObject } from '#contracts';
import { keyLine } from '#mapping';
import type { ClaimedCommand } from '#ledger';
import type { Failure } from '#zoho';
import type { CrmWriter } from './crm.writer.ts';
import { linkOf, type Linked } from './effect.send.ts';

/** The record that an effect made before, null when there is none, or why it cannot be told. */
export type FoundEffect = { readonly kind: 'ok'; readonly recordId: string | null } | Failure;

/** Looks among the notes or tasks of the effect's record for the one with its key in the last line (packs/README.md section 4). */
export function findEffect(crm: CrmWriter, command: ClaimedCommand): Promise<FoundEffect> {
  const { effectKey, operation } = command;
  if (effectKey === undefined) throw new Error('an effect has a key');
  const line = keyLine(effectKey);
  return operation === 'note' ? findNote(crm, linkOf(command), line) : findTask(crm, linkOf(command), line);
}

/** True when the key stands alone in the last line. */
export function endsWithLine(text: unknown, line: string): boolean {
  return typeof text === 'string' && text.trimEnd().split('\n').at(-1)?.trim() === line;
}

async function findNote(crm: CrmWriter, { module, recordId }: Linked, line: string): Promise<FoundEffect> {
  for (let page: number | null = 1; page !== null;) {
    const result = await crm.listNotes(module, { id: recordId, page });
    if (result.kind !== 'ok') return result;
    const found = result.notes.find((note) => endsWithLine(note['Note_Content'], line));
    if (found !== undefined) return { kind: 'ok', recordId: found.id };
    page = result.nextPage;
  }
  return { kind: 'ok', recordId: null };
}

async function findTask(crm: CrmWriter, { module, recordId }: Linked, line: string): Promise<FoundEffect> {
  const field = module === 'Contacts' ? 'Who_Id' : 'What_Id';
  // A record id is made of digits; anything else must not get into a query.
  if (!/^\d+$/.test(recordId)) throw new Error('a record id is a number');
  for (let offset = 0; ; offset += TASKS_A_PAGE) {
    const query = `select id, Description from Tasks where ${field} = ${recordId} limit ${offset}, ${TASKS_A_PAGE}`;
    const result = await crm.coql(query);
    if (result.kind !== 'ok') return result;
    const found = result.rows.find((task) => endsWithLine(task['Description'], line));
    if (found !== undefined) return { kind: 'ok', recordId: idOf(found) };
    if (!result.more) return { kind: 'ok', recordId: null };
  }
}

const TASKS_A_PAGE = 200;

function idOf({ id }: JsonObject): string {
  return typeof id === 'string' ? id : '';
}
