import { ALL_CALLS } from '../apps/simulator/src/api/all.calls.ts';
import { contractAreas, type Operation } from '../apps/simulator/test/contract/contract.files.ts';

/** Which parts of Zoho's machine-readable description (version 8) the simulator answers, as a page. */
export function coveragePage(header: string): string {
  const areas = contractAreas().filter((area) => area.name !== 'common');
  const sections = areas.map((area) => {
    const rows = area.operations.map((operation) => {
      const call = answering(operation);
      return `| \`${operation.method} ${operation.path}\` | ${call === undefined ? '' : `\`${call}\``} |`;
    });
    const done = area.operations.filter((operation) => answering(operation) !== undefined).length;
    const title = `## ${area.name} (${done} of ${area.operations.length})`;
    return [title, ['| described call | answered as |', '| --- | --- |', ...rows].join('\n')].join('\n\n');
  });
  const all = areas.flatMap((area) => area.operations);
  const answered = all.filter((operation) => answering(operation) !== undefined).length;
  const intro = `Calls of Zoho's own description, version 8, and the kind under which the simulator answers them; an empty place is a call that it refuses as an unknown address or method. ${answered} of ${all.length} are answered. The answers of all specs of the simulator are checked against the same description; where it is known to be wrong is in \`apps/simulator/test/contract/contract.exceptions.ts\`.`;
  return ['# Simulator: coverage of the API description', header, intro, ...sections].join('\n\n');
}

/** The kind of the call that answers it; the simulator names variables otherwise, so they fit by their place. */
function answering(operation: Operation): string | undefined {
  const segments = split(operation.path);
  const calls = ALL_CALLS.filter((call) => call.method === operation.method && fits(split(call.path), segments));
  return calls.toSorted((a, b) => variables(a.path) - variables(b.path))[0]?.kind;
}

const split = (path: string): string[] => path.split('/').filter((segment) => segment !== '');
const variables = (path: string): number => split(path).filter((segment) => segment.startsWith(':')).length;

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  return (
    pattern.length === segments.length &&
    pattern.every((part, at) => part === segments[at] || (part.startsWith(':') && isOpen(segments[at] ?? '')))
  );
}

/** A variable, or the fixed name of a module that a call for any module serves. */
const isOpen = (segment: string): boolean => segment.startsWith('{') || /^[A-Z]/.test(segment);
