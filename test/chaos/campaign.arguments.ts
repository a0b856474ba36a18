/** @throws Error that names the option */
export function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`${option} wants a whole number above 0`);
  return value;
}

/** @throws Error that names the option and what there is */
export function oneOf<T extends string>(
  option: string,
  { known, name }: { readonly known: readonly T[]; readonly name: string },
): T {
  const found = known.find((one) => one === name);
  if (found === undefined) throw new Error(`${option} wants one of: ${known.join(', ')}`);
  return found;
}
