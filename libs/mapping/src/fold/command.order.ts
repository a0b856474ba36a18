import { recordKeyOf, type Command } from '#contracts';
import { difference, firstWrite } from './difference.policy.ts';
import { effectCommand } from './effect.command.ts';
import type { WantedConversion, WantedEffect } from './effect.types.ts';
import type { WantedRecord } from './wanted.types.ts';

export interface StepChange {
  readonly before: readonly WantedRecord[];
  readonly after: readonly WantedRecord[];
  /** In the order in which the fold asked for them. */
  readonly effects: readonly WantedEffect[];
}

/**
 * The commands of one event in the order in which one may need another: writes of the Leads that are converted, the conversions, the
 * other writes and the deletes, then notes and tasks in the order in which they were asked for.
 */
export function orderedCommands({ before, after, effects }: StepChange): Command[] {
  if (effects.length === 0) return difference(before, after);
  const conversions = effects.filter((effect) => effect.effect === 'convert');
  const leads = new Set(conversions.map(({ lead }) => recordKeyOf(lead)));
  const records = difference(before, after);
  const ofLeads = records.filter((command) => leads.has(recordKeyOf(command)));
  const others = records.filter((command) => !leads.has(recordKeyOf(command)));
  const made = effects.filter(({ effect }) => effect !== 'convert').map((effect) => effectCommand(effect));
  return [...ofLeads, ...conversions.flatMap(commandsOfConversion), ...others, ...made];
}

function commandsOfConversion(conversion: WantedConversion): Command[] {
  const first = conversion.first === undefined ? [] : [firstWrite(conversion.first)];
  return [...first, effectCommand(conversion)];
}
