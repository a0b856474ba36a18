import { CrmUnread } from '#planning';
import { CannotReach } from './exit.codes.ts';

/** What the CRM refuses is a problem that is found; one that does not answer cannot be reached. */
export async function readingCrm<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CrmUnread)) throw error;
    const { kind, code, reason } = error.failure;
    const said = `${code} ${reason}`;
    if (kind === 'rejected') throw new Error(`the CRM refused to be read: ${said}`, { cause: error });
    throw new CannotReach(`the CRM could not be read: ${said}`, { cause: error });
  }
}
