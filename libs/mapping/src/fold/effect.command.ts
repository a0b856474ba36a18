import type { Command, Json } from '#contracts';
import type { WantedConversion, WantedEffect, WantedNote, WantedTask } from './effect.types.ts';

const BASE = { whenConverted: 'follow' } as const;
const NO_TRIGGER: string[] = [];
const WORKFLOW: readonly string[] = ['workflow'];

/** The line by which a note or task is found again, alone in its last line. */
export function keyLine(key: string): string {
  return `[causeway:${key}]`;
}

/** The command of an effect: named by the record that it is made for, so that it keeps its place in that record's order. */
export function effectCommand(effect: WantedEffect): Command {
  switch (effect.effect) {
    case 'note':
      return note(effect);
    case 'task':
      return task(effect);
    case 'convert':
      return conversion(effect);
    default:
      return effect satisfies never;
  }
}

function note({ key, parent, title, content }: WantedNote): Command {
  const fields = { Note_Title: title, Note_Content: withKeyLine(content, key) };
  return { ...BASE, operation: 'note', ...parent, fields, trigger: [...NO_TRIGGER], effectKey: key };
}

function task({ key, parent, fields: wanted, trigger = WORKFLOW }: WantedTask): Command {
  const told = Object.entries(wanted).filter((entry): entry is [string, Json] => entry[1] != null);
  const { Description: description } = wanted;
  const text = typeof description === 'string' ? description : null;
  const fields = { ...Object.fromEntries(told), Description: withKeyLine(text, key) };
  return { ...BASE, operation: 'task', ...parent, fields, trigger: [...trigger], effectKey: key };
}

function conversion({ key, lead, makes, ...flags }: WantedConversion): Command {
  const fields = {
    overwrite: flags.overwrite,
    notify_lead_owner: flags.notifyLeadOwner,
    notify_new_entity_owner: flags.notifyNewEntityOwner,
  };
  return {
    ...BASE,
    operation: 'convert',
    ...lead,
    fields,
    trigger: [...NO_TRIGGER],
    effectKey: key,
    makes: [...makes],
  };
}

function withKeyLine(content: string | null, key: string): string {
  return content === null || content === '' ? keyLine(key) : `${content}\n${keyLine(key)}`;
}
