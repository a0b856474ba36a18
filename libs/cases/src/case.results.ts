import type { WorkedCase } from '#mapping';
import { reconnect } from './case.disconnect.ts';
import { playCase, unmet } from './case.runner.ts';
import type { CaseSystem } from './case.system.ts';

/** What came of one case. */
export interface CaseResult {
  readonly name: string;
  readonly passed: boolean;
  /** What does not hold, in words; empty for a case that passed. */
  readonly differs: readonly string[];
  readonly seconds: number;
}

/** Plays the cases one after another in one CRM and judges each when all is quiet; told of each as it ends. */
export async function playCases(
  system: CaseSystem,
  cases: readonly WorkedCase[],
  onResult: (result: CaseResult) => void = () => undefined,
): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for (const worked of cases) {
    const started = performance.now();
    const differs = await judged(system, worked);
    const seconds = Math.round((performance.now() - started) / 10) / 100;
    const result = { name: worked.name, passed: differs.length === 0, differs, seconds };
    results.push(result);
    onResult(result);
  }
  return results;
}

/** A case that cannot be played to its end has failed, and the next one is played. */
async function judged(system: CaseSystem, worked: WorkedCase): Promise<string[]> {
  const found: string[] = [];
  const failed = (error: unknown): number => found.push(error instanceof Error ? error.message : String(error));
  try {
    await playCase(system, worked);
    found.push(...(await unmet(system, worked)));
  } catch (error) {
    failed(error);
  }
  // The next case starts with a connection.
  if (worked.steps.some((step) => 'disconnect' in step)) await reconnect(system).catch(failed);
  return found;
}
