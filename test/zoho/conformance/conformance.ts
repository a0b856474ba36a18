import { sandboxCredentials } from './sandbox.ts';
import { openTarget, type Target } from './target.ts';

/** A sandbox takes minutes for a job; the clock of the simulator is moved on. Milliseconds. */
const SANDBOX_TIMEOUT = 600_000;

type Run = (crm: Target) => Promise<void>;

/** Declares the cases of one file. Each cites the section of the Zoho reference whose fact it stands for. */
export interface Facts {
  (section: string, title: string, run: Run): void;
  /** A case that moves the simulator's clock, arms a fault or looks behind the API: it cannot run on a sandbox. */
  simulator(section: string, title: string, run: Run): void;
}

/**
 * Runs the same cases against a simulator of their own and, with credentials in the environment, against a real sandbox
 * (test/zoho/README.md).
 */
export function conformance(name: string, declare: (fact: Facts) => void): void {
  describe(`${name}: the simulator`, () => {
    const run = withTarget(null);
    const fact = (section: string, title: string, work: Run): void => {
      it(titleOf(section, title), () => run(work));
    };
    declare(Object.assign(fact, { simulator: fact }));
  });
  const credentials = sandboxCredentials();
  if (credentials === null) {
    it.skip(`${name}: a Zoho sandbox (no CAUSEWAY_ZOHO_SANDBOX_* credentials in the environment)`, () => undefined);
    return;
  }
  describe(`${name}: a Zoho sandbox`, () => {
    const run = withTarget(credentials);
    const fact = (section: string, title: string, work: Run): void => {
      it(titleOf(section, title), () => run(work), SANDBOX_TIMEOUT);
    };
    const simulator = (section: string, title: string): void =>
      it.skip(`${titleOf(section, title)} (needs the simulator's control side)`, () => undefined);
    declare(Object.assign(fact, { simulator }));
  });
}

function titleOf(section: string, title: string): string {
  return `[reference ${section}] ${title}`;
}

function withTarget(credentials: ReturnType<typeof sandboxCredentials>): (work: Run) => Promise<void> {
  let target: Target | undefined;
  beforeAll(async () => {
    target = await openTarget(credentials);
  });
  afterAll(async () => {
    await target?.[Symbol.asyncDispose]();
  });
  return async (work) => {
    if (target === undefined) throw new Error('the target is open before the cases run');
    await work(target);
  };
}
