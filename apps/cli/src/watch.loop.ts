import { setTimeout as wait } from 'node:timers/promises';
import { optionTypes } from '#config';
import { WrongUse } from './exit.codes.ts';

const CLEAR = '\u001B[H\u001B[2J\u001B[3J';
const LONGEST_S = 3600;

/** Seconds between two looks of `--watch`. @throws WrongUse */
export function watchSeconds(value: string | boolean): number {
  if (typeof value === 'boolean') return 2;
  try {
    return optionTypes.integer(1, LONGEST_S).parse(value);
  } catch (error) {
    throw new WrongUse(`--watch wants whole seconds from 1 to ${LONGEST_S}, not ${value}`, { cause: error });
  }
}

/**
 * Looks again and again until somebody ends it: on a terminal each look takes the place of the one before, elsewhere it follows it.
 * @returns what the last look gave
 */
export async function watchLoop<T>(
  look: () => Promise<{ readonly text: string; readonly found: T }>,
  { seconds, signal }: { readonly seconds: number; readonly signal: AbortSignal },
): Promise<T> {
  for (;;) {
    const { text, found } = await look();
    process.stdout.write(`${process.stdout.isTTY ? CLEAR : ''}${text}\n`);
    await wait(seconds * 1000, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return found;
  }
}
