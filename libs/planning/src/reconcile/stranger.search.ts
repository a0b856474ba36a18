import { listConnections } from '#connections';
import { loadConnections } from '#folding';
import { ownState, withSettings, type Mapping } from '#mapping';
import { readKeys, type StoredKey } from '../key.selection.ts';
import type { Plan } from '../plan.maker.ts';
import { namesKnown } from './drift.knowledge.ts';
import type { DriftExample, ReconcileSources } from './reconcile.types.ts';
import { namesInCrm, sameMail } from './strangers.ts';

const PAGE = 1000;

/** Records that carry a name which nobody of ours has, and records without one that may be somebody of ours. */
export interface Strangers {
  readonly unknown: readonly DriftExample[];
  readonly duplicates: readonly DriftExample[];
  readonly calls: number;
}

/** Looks for both in the modules that the mapping writes under a name, for each connection of the plan's tenants. */
export async function findStrangers(
  { db, clientOf }: ReconcileSources,
  { mapping, plan }: { readonly mapping: Mapping; readonly plan: Pick<Plan, 'lane'> },
): Promise<Strangers> {
  const unknown: DriftExample[] = [];
  const duplicates: DriftExample[] = [];
  let calls = 0;
  for (const { id, tenantId } of await listConnections(db, mapping.destination)) {
    const own = (await loadConnections(db, mapping, [tenantId])).get(tenantId)?.find((each) => each.id === id);
    if (own === undefined || own.state === 'disconnected') continue;
    const scope = mapping.scope === 'connection' ? { connectionId: id } : {};
    const configured = withSettings(mapping, own.settings, mapping.scope === 'connection' ? id : null);
    const wanted = await wantedNames(db, { mapping: configured, selection: { tenantId, ...scope } });
    const crm = await clientOf(id, plan.lane);
    for (const [module, { field, names, mails }] of wanted) {
      const there = await namesInCrm(crm, { module, field });
      const foreign = [...there.names.keys()].filter((name) => !names.has(name));
      const known = await namesKnown(db, { connectionId: id, recordKeys: foreign.map((name) => `${module}/${name}`) });
      const strangers = foreign.filter((name) => !known.has(`${module}/${name}`));
      unknown.push(
        ...strangers.map((name) => exampleOf({ key: name, record: `${module}/${name}`, finding: 'unknown_user' })),
      );
      const same = await sameMail(crm, { module, field, mails: [...mails.keys()] });
      duplicates.push(
        ...same.records.map(({ id: recordId, mail }) => {
          const key = mails.get(mail) ?? '';
          return exampleOf({ key, record: `${module} ${recordId}`, finding: 'probable_duplicate' });
        }),
      );
      calls += there.calls + same.calls;
    }
  }
  return { unknown, duplicates, calls };
}

function exampleOf(found: Pick<DriftExample, 'key' | 'record' | 'finding'>): DriftExample {
  return { ...found, field: null, crm: null, product: null, cause: null };
}

interface WantedNames {
  /** Of the identity. */
  readonly field: string;
  readonly names: Set<string>;
  /** E-mail -> key. */
  readonly mails: Map<string, string>;
}

/** By module, what the kept states want there. */
async function wantedNames(
  db: ReconcileSources['db'],
  given: { readonly mapping: Mapping; readonly selection: Parameters<typeof readKeys>[2]['selection'] },
): Promise<Map<string, WantedNames>> {
  const { mapping, selection } = given;
  const modules = new Map<string, WantedNames>();
  for (let after: StoredKey | null = null; ;) {
    const page: StoredKey[] = await readKeys(db, mapping, { selection, after, limit: PAGE });
    if (page.length === 0) return modules;
    for (const { key, state } of page) {
      for (const { module, identity, fields, byEffect } of mapping.project(ownState(state), mapping.settings)) {
        if (byEffect === true) continue;
        const own = modules.get(module) ?? { field: identity.field, names: new Set(), mails: new Map() };
        modules.set(module, own);
        own.names.add(String(identity.value));
        const { Email: mail } = fields;
        if (typeof mail === 'string') own.mails.set(mail, key);
      }
    }
    after = page.at(-1) ?? null;
  }
}
