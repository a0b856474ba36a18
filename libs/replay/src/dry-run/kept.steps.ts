import type { QueryExecutorProvider } from 'kysely';
import { stateKey, type FoldStep, type TenantConnections } from '#folding';
import type { Mapping } from '#mapping';
import { readFoldRows } from '../history/fold.rows.ts';
import { orderedSteps } from '../history/step.order.ts';
import type { Time } from '../source/event.source.ts';

/** Keys that are put in order with one query. */
const AT_A_TIME = 500;

/** Steps whose place in their key's order is known when all of the key are: they are kept in memory until then. */
export class KeptSteps {
  readonly #db: QueryExecutorProvider;
  readonly #mapping: Mapping;
  readonly #keys = new Map<string, FoldStep[]>();

  constructor({ db, mapping }: { readonly db: QueryExecutorProvider; readonly mapping: Mapping }) {
    this.#db = db;
    this.#mapping = mapping;
  }

  /** Always true: it is kept. */
  add(step: FoldStep): true {
    const name = JSON.stringify([step.tenantId, step.key]);
    const own = this.#keys.get(name);
    if (own === undefined) this.#keys.set(name, [step]);
    else own.push(step);
    return true;
  }

  /** What was kept, in the order of the folds, with what was seen in the CRM in between; many keys at a time. */
  async *inOrder(connections: TenantConnections, { from, to }: Time): AsyncGenerator<FoldStep[]> {
    const entries = [...this.#keys.values()];
    const time = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
    for (let at = 0; at < entries.length; at += AT_A_TIME) {
      const some = entries.slice(at, at + AT_A_TIME).flatMap((events) => {
        const [first] = events;
        return first === undefined ? [] : [{ events, tenantId: first.tenantId, key: first.key }];
      });
      const rows = await readFoldRows(this.#db, this.#mapping, { keys: some, ...time });
      yield some.flatMap(({ events, tenantId, key }) =>
        this.#owners(connections, tenantId).flatMap((connectionId) => {
          const of = { tenantId, key, connectionId };
          return orderedSteps({ ...of, events, rows: rows.get(stateKey(of)) ?? [], entityType: '' });
        }),
      );
    }
  }

  #owners(connections: TenantConnections, tenantId: string): string[] {
    if (this.#mapping.scope === 'tenant') return [''];
    const own = connections.get(tenantId) ?? [];
    return own.filter(({ state }) => state !== 'disconnected').map(({ id }) => id);
  }
}
