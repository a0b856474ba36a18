import type { Finding } from '#operations';

/** What was found, for people: one line each, with what to do below it. */
export function findingLines(findings: readonly Finding[]): string[] {
  const width = Math.max(...findings.map(({ check }) => check.length));
  return findings.flatMap(({ check, status, detail, action }) => {
    const line = `${status.padEnd(5)}  ${check.padEnd(width)}  ${detail}`;
    return action === '' ? [line] : [line, `${' '.repeat(7)}${' '.repeat(width)}  -> ${action}`];
  });
}
