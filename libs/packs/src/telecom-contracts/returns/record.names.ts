import type { RecordName } from '#contracts';
import type { Contract, Quote, State } from '../state.ts';

/** The contract of a Deal. */
export function contractNamed(
  { contracts }: Pick<State, 'contracts'>,
  { identity }: RecordName,
): { readonly id: string; readonly contract: Contract } | null {
  const found = Object.entries(contracts).find(([, { number }]) => number === identity.value);
  return found === undefined ? null : { id: found[0], contract: found[1] };
}

/** The quote of a record of Quotes. */
export function quoteNamed(
  { quotes }: Pick<State, 'quotes'>,
  { identity }: RecordName,
): { readonly id: string; readonly quote: Quote } | null {
  const found = Object.entries(quotes).find(([, { number }]) => number === identity.value);
  return found === undefined ? null : { id: found[0], quote: found[1] };
}
