import type { QueryExecutorProvider } from 'kysely';
import { loadConnections, type FoldConnection, type FoldStep, type TenantConnections } from '#folding';
import type { Mapping } from '#mapping';

/** The connections of the tenants that were met, each asked for once. */
export class KnownConnections {
  readonly #db: QueryExecutorProvider;
  readonly #mapping: Mapping;
  readonly #known = new Map<string, readonly FoldConnection[]>();

  constructor(db: QueryExecutorProvider, mapping: Mapping) {
    this.#db = db;
    this.#mapping = mapping;
  }

  get all(): TenantConnections {
    return this.#known;
  }

  async learn(steps: readonly Pick<FoldStep, 'tenantId'>[]): Promise<void> {
    const strange = new Set<string>();
    for (const { tenantId } of steps) if (!this.#known.has(tenantId)) strange.add(tenantId);
    if (strange.size === 0) return;
    const found = await loadConnections(this.#db, this.#mapping, [...strange]);
    for (const tenantId of strange) this.#known.set(tenantId, found.get(tenantId) ?? []);
  }
}
