const HIGH_SURROGATE = /[\uD800-\uDBFF]$/;
const TRAILING_SPACE = /^\p{White_Space}$/u;

/** *cut N*: the first N UTF-16 units, never half a surrogate pair, no white space at the end, no ellipsis. */
export function cut(text: string, units: number): string {
  if (text.length <= units) return text;
  let head = text.slice(0, units);
  if (HIGH_SURROGATE.test(head)) head = head.slice(0, -1);
  while (TRAILING_SPACE.test(head.slice(-1))) head = head.slice(0, -1);
  return head;
}
