import { eventStep, foldSteps, observationStep } from '#folding';
import { claimCommands, putEchoes, settleCommands, type SettledCommand } from '#ledger';
import type { Observation } from '#mapping';
import { builtInPacks } from '#packs';
import { anEvent, aRecord, integrationDatabase, type IntegrationContext } from '#testing';

const pack = builtInPacks['signup-lead'];
if (pack === undefined) throw new Error('signup-lead comes along');
const { mapping } = pack;

export interface Told {
  readonly phone?: string;
  readonly tenantId?: string;
  readonly type?: string;
}

/** An integration database in which users of `portal` live, and short ways to say what happens to them. */
export class LifelineContext {
  readonly base: IntegrationContext;
  readonly mappings = [mapping];
  #told = 0;

  constructor(base: IntegrationContext) {
    this.base = base;
  }

  static async open(prefix: string): Promise<LifelineContext> {
    return new LifelineContext(await integrationDatabase(prefix));
  }

  get db(): IntegrationContext['db'] {
    return this.base.db;
  }

  async reset(): Promise<void> {
    await this.base.clear();
    await this.base.addConnection();
    this.#told = 0;
  }

  /** The product tells something of a user, and it is folded. The ids of the events are e1, e2, ... */
  async tell(id: string, { phone = '555-0100', tenantId = 'portal', type = 'user.updated' }: Told = {}): Promise<void> {
    this.#told += 1;
    const data = { id, email: `${id}@example.test`, full_name: 'Ana Ruiz', phone };
    const event = anEvent({ id: `e${this.#told}`, type, subject: id, key: id, tenantId, data });
    const step = eventStep(event, { record: aRecord(event), entityType: 'user' });
    await this.db.transaction().execute((trx) => foldSteps(trx, { mapping, steps: [step] }));
  }

  /** Something was seen in the CRM, and it is folded. */
  async see(id: string, observation: Observation): Promise<void> {
    const of = { tenantId: 'portal', key: id, entityType: 'user', reachedAt: Date.now() };
    const step = observationStep(observation, of);
    await this.db.transaction().execute((trx) => foldSteps(trx, { mapping, steps: [step] }));
  }

  /** What waits is sent, and comes out like this. */
  async dispatch(outcomeOf: (entityId: string) => Omit<SettledCommand, 'command'>): Promise<void> {
    const options = { owner: 'me', leaseMs: 60_000, limit: 100, connectionIds: ['c1', 'c2'], coalesce: true };
    const claimed = await claimCommands(this.db, options);
    for (const { id, attempt, connectionId, recordKey, fields, link } of claimed) {
      const by = { commandId: id, attempt, recordId: link?.recordId ?? null };
      const about = { connectionId, recordKey, source: 'sent' as const, by };
      await putEchoes(
        this.db,
        Object.entries(fields).map(([field, value]) => ({ ...about, field, value })),
      );
    }
    const settled = claimed.map((command) => ({ command, ...outcomeOf(command.entityId) }));
    await settleCommands(this.db, settled, { owner: 'me', random: () => 0, credits: claimed.length / 10 });
  }

  close(): PromiseLike<void> {
    return this.base[Symbol.asyncDispose]();
  }
}

/** The write succeeded, and the record has this id. */
export function written(recordId: string, module = 'Leads') {
  return (entityId: string): Omit<SettledCommand, 'command'> => ({
    outcome: { kind: 'succeeded', recordId, created: true },
    link: { product: 'portal', entityType: 'user', entityId, module, recordId },
  });
}
