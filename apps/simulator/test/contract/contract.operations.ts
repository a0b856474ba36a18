import type { Operation } from './contract.files.ts';

/** The described operation that a request is; fixed segments win over parameters. */
export function operationFor(
  operations: readonly Operation[],
  request: { readonly method: string; readonly path: string },
): Operation | undefined {
  const segments = split(request.path);
  return operations
    .filter((one) => one.method === request.method && fits(split(one.path), segments))
    .toSorted((a, b) => variables(a) - variables(b))[0];
}

function split(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

const isVariable = (segment: string): boolean => segment.startsWith('{');
const variables = (operation: Operation): number => split(operation.path).filter(isVariable).length;

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  return pattern.length === segments.length && pattern.every((part, at) => isVariable(part) || part === segments[at]);
}
