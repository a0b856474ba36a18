import type { IdSequence } from './id.sequence.ts';

export interface User {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly zuid: string;
  readonly kind: 'api' | 'person';
}

export interface UserChange {
  readonly kind: 'user.put';
  readonly user: User;
}

/** A user as it stands inside records and answers. */
export const minifiedUser = (user: User): { name: string; id: string } => ({ name: user.name, id: user.id });

/** The organisation's users: the one whose token the API calls carry, and people. */
export class UserStore {
  readonly #ids: IdSequence;
  readonly #emit: (change: UserChange) => void;
  readonly #users = new Map<string, User>();
  readonly api: User;
  readonly admin: User;

  constructor(ids: IdSequence, emit: (change: UserChange) => void) {
    this.#ids = ids;
    this.#emit = emit;
    this.api = this.#add({ name: 'Sync User', email: 'sync.user@crm.example', kind: 'api' });
    this.admin = this.#add({ name: 'Petra Person', email: 'petra.person@crm.example', kind: 'person' });
  }

  get(id: string): User | undefined {
    return this.#users.get(id);
  }

  all(): User[] {
    return [...this.#users.values()];
  }

  /** The person of that name or address, made when unknown; never the API user. */
  person(given: { readonly name?: string; readonly email?: string }): User {
    const found = this.all().find(
      (user) =>
        user.kind === 'person' && (given.email === undefined ? user.name === given.name : user.email === given.email),
    );
    if (found !== undefined) return found;
    const name = given.name ?? given.email ?? 'Somebody';
    const email = given.email ?? `${name.toLowerCase().replace(/[^a-z0-9]+/g, '.')}@crm.example`;
    return this.#add({ name, email, kind: 'person' });
  }

  *state(): Generator<UserChange> {
    for (const user of this.#users.values()) yield { kind: 'user.put', user };
  }

  apply({ user }: UserChange): void {
    this.#users.set(user.id, user);
  }

  /** Forgets the people who were added later. */
  clear(): void {
    for (const id of this.#users.keys()) {
      if (id !== this.api.id && id !== this.admin.id) this.#users.delete(id);
    }
  }

  #add(given: Pick<User, 'name' | 'email' | 'kind'>): User {
    const id = this.#ids.next();
    const user = { ...given, id, zuid: id.slice(-9) };
    this.#users.set(id, user);
    this.#emit({ kind: 'user.put', user });
    return user;
  }
}
