import type { ClaimedCommand, SettledCommand } from '#ledger';
import type { CommandGroup } from './command.groups.ts';
import type { CrmWriter } from './crm.writer.ts';
import { findEffect } from './effect.find.ts';
import { stillUnknown } from './outcome.plain.ts';
import type { Verification } from './verification.types.ts';

/** Of notes and tasks whose earlier attempt may have made them: those that are there are done. Conversions look for themselves. */
export async function verifyEffects(crm: CrmWriter, { form, commands }: CommandGroup): Promise<Verification> {
  const settled: SettledCommand[] = [];
  const toSend: ClaimedCommand[] = [];
  for (const [index, command] of commands.entries()) {
    if (!command.verify || form === 'convert') {
      toSend.push(command);
      continue;
    }
    const found = await findEffect(crm, command);
    if (found.kind !== 'ok') {
      const left = commands.slice(index);
      const outcome = stillUnknown(found);
      const unknown = left.filter(({ verify }) => verify).map((each) => ({ command: each, outcome }));
      toSend.push(...left.filter(({ verify }) => !verify));
      return { settled: [...settled, ...unknown], toSend, failure: found };
    }
    if (found.recordId === null) toSend.push(command);
    else settled.push({ command, outcome: { kind: 'succeeded', recordId: found.recordId, created: false } });
  }
  return { settled, toSend, failure: null };
}
