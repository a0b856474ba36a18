/** A count with its noun: `1 key`, `2 keys`, `0 keys`. Pure. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
