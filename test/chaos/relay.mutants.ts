import { setTimeout as pause } from 'node:timers/promises';
import { ClientRegistry } from '#connections';

/**
 * Relays with one promise broken, to test the campaign itself. Preloaded by `--import`, this changes the calls that the dispatcher makes,
 * so that the mutant is the real program but for that.
 */
export const MUTANT_VARIABLE = 'CHAOS_MUTANT';

type Client = Awaited<ReturnType<ClientRegistry['clientOf']>>;

/** Longer than the next write of a busy record takes, shorter than a round. */
const HELD_BACK_MS = 1200;
const LOST_ONE_IN = 6;

const mutants = {
  /** Looks at nothing before it repeats a note or task whose answer was lost. */
  'blind-repeat': (): Partial<Client> => ({
    listNotes: () => Promise.resolve({ kind: 'ok', notes: [], nextPage: null }),
    coql: () => Promise.resolve({ kind: 'ok', rows: [], more: false }),
  }),
  /** Takes an update for done before it went out, so that the next one of the record overtakes it. */
  'break-order': (client: Client): Partial<Client> => ({
    update: async (module, given) => {
      if (!isHeldBack()) return client.update(module, given);
      void pause(HELD_BACK_MS).then(() => client.update(module, given));
      const done = { kind: 'succeeded', created: false, modifiedAt: null } as const;
      return given.records.map(({ id }) => ({ ...done, recordId: String(id) }));
    },
  }),
  /** Takes some notes for written that it never sent. */
  lose: (client: Client): Partial<Client> => ({
    createNotes: (notes) => {
      calls += 1;
      if (calls % LOST_ONE_IN !== 0) return client.createNotes(notes);
      const done = { kind: 'succeeded', created: true, modifiedAt: null } as const;
      return Promise.resolve(notes.map((_, index) => ({ ...done, recordId: String(900_000_000 + index) })));
    },
  }),
} satisfies Record<string, (client: Client) => Partial<Client>>;

let calls = 0;
/** Every second one. */
function isHeldBack(): boolean {
  calls += 1;
  return calls % 2 === 0;
}

export type RelayMutant = keyof typeof mutants;
export const RELAY_MUTANTS = Object.keys(mutants) as RelayMutant[];

const asked = RELAY_MUTANTS.find((name) => name === process.env[MUTANT_VARIABLE]);
if (asked !== undefined) {
  const mutate = mutants[asked];
  const { clientOf } = ClientRegistry.prototype;
  ClientRegistry.prototype.clientOf = async function changed(this: ClientRegistry, ...args) {
    const client = await Reflect.apply(clientOf, this, args);
    const changes: Partial<Client> = mutate(client);
    return new Proxy(client, {
      get: (target, name) => {
        const value: unknown = Reflect.get(changes, name) ?? Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  };
}
