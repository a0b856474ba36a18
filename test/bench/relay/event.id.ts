/** A UUID that says which event of which user it is. */
export function uuidOf(user: number, step: number): string {
  const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
  return `019c1000-${hex(step, 4)}-7000-8000-${hex(user, 12)}`;
}
