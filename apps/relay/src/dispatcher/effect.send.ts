import type { JsonObject } from '#contracts';
import type { ClaimedCommand } from '#ledger';
import type { WriteOutcome } from '#zoho';
import type { CrmWriter } from './crm.writer.ts';

export type Linked = NonNullable<ClaimedCommand['link']>;

/** Effects wait until their record is known, so there is a link. */
export function linkOf({ link }: Pick<ClaimedCommand, 'link'>): Linked {
  if (link === null) throw new Error('an effect needs the record that it is made for');
  return link;
}

export function sendNotes(crm: CrmWriter, commands: readonly ClaimedCommand[]): Promise<WriteOutcome[]> {
  return crm.createNotes(
    commands.map((command) => {
      const { module, recordId: id } = linkOf(command);
      const { Note_Title: title, Note_Content: content } = command.fields;
      return { parent: { module, id }, title: textOf(title), content: textOf(content) ?? '' };
    }),
  );
}

export function sendTasks(
  crm: CrmWriter,
  { commands, trigger }: { readonly commands: readonly ClaimedCommand[]; readonly trigger: readonly string[] },
): Promise<WriteOutcome[]> {
  return crm.insert('Tasks', { records: commands.map(taskOf), trigger });
}

/** A task of a person stands in `Who_Id`, of any other record in `What_Id` with its module (reference 3.2). */
function taskOf(command: ClaimedCommand): JsonObject {
  const { module, recordId: id } = linkOf(command);
  const place: JsonObject = module === 'Contacts' ? { Who_Id: { id } } : { What_Id: { id }, $se_module: module };
  return { ...command.fields, ...place };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
