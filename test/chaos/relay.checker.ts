import type { Json } from '#contracts';
import { keyLine, sameValue } from '#mapping';
import type { CrmWorld } from '../support/crm.world.ts';
import type { ExpectedCrm, ExpectedEffect, ExpectedRecord } from '../support/fold.oracle.ts';
import type { CrmRecord } from '#cases';
import { isInOrder, valuesOf } from './write.order.ts';
import type { Counters, Findings } from './campaign.checker.ts';

const EXAMPLES = 10;
const TEXT_WITH_KEY = { Notes: 'Note_Content', Tasks: 'Description' } as const;
const IDENTITY = { Leads: 'PWB_User_ID', Contacts: 'PWB_User_ID', Deals: 'PWB_User_ID' } as const;

export interface RelayObservation {
  readonly expected: ExpectedCrm;
  readonly world: CrmWorld;
  /** The users of this round; what is in the CRM of others says nothing. */
  readonly users: ReadonlySet<string>;
}

/**
 * Compares the CRM with what the fold says: every record once and as it should be, every note and task once and under its record, every
 * conversion once, and the values of a record written in the order of the fold.
 */
export function checkRelay(observation: RelayObservation): Findings {
  return new Check(observation).run();
}

class Check {
  readonly #expected: ExpectedCrm;
  readonly #world: CrmWorld;
  readonly #users: ReadonlySet<string>;
  readonly #found = { lost: 0, doubled: 0, misordered: 0, wrong: 0 };
  readonly #examples: string[] = [];
  /** Record key -> id in the CRM. */
  readonly #ids = new Map<string, string>();

  constructor({ expected, world, users }: RelayObservation) {
    this.#expected = expected;
    this.#world = world;
    this.#users = users;
  }

  run(): Findings {
    const held = this.#expected.records.map((record) => [record, this.#held(record)] as const);
    for (const conversion of this.#expected.conversions) this.#conversion(conversion);
    for (const [record, there] of held) if (there !== null) this.#compare(record, there);
    for (const effect of this.#expected.effects) this.#effect(effect);
    this.#strangers();
    this.#orderOfEffects();
    return { ...this.#found, examples: this.#examples };
  }

  #count(kind: keyof Counters, what: string, times = 1): void {
    this.#found[kind] += times;
    if (this.#examples.length < EXAMPLES) this.#examples.push(`${kind}: ${what}`);
  }

  #records(module: string): readonly CrmRecord[] {
    return this.#world.records.get(module) ?? [];
  }

  #held({ key, module, identity }: ExpectedRecord): CrmRecord | null {
    const found = this.#records(module).filter((record) => record[identity.field] === identity.value);
    const [first] = found;
    if (first === undefined) return (this.#count('lost', `${key} is not in the CRM`), null);
    if (found.length > 1) this.#count('doubled', `${key} is there ${found.length} times`, found.length - 1);
    this.#ids.set(key, first.id);
    return first;
  }

  #conversion({ userId, lead, company }: ExpectedCrm['conversions'][number]): void {
    const converted = this.#world.converted.filter((record) => record[lead.field] === lead.value).length;
    const accounts = this.#records('Accounts').filter((record) => record['Account_Name'] === company);
    if (converted === 0) this.#count('lost', `the conversion of user ${userId}`);
    else if (accounts.length === 0) this.#count('lost', `the account of user ${userId}`);
    if (converted > 1) this.#count('doubled', `the conversion of user ${userId}`, converted - 1);
    if (accounts.length > 1) this.#count('doubled', `the account of user ${userId}`, accounts.length - 1);
    const [account] = accounts;
    if (account !== undefined) this.#ids.set(`Accounts/${userId}`, account.id);
  }

  #compare({ key, module, fields, history }: ExpectedRecord, there: CrmRecord): void {
    for (const [name, wanted] of Object.entries(fields)) {
      const actual = there[name] as Json | undefined;
      if (!sameValue(this.#resolved(wanted), actual))
        this.#count('wrong', `${key}.${name} is ${JSON.stringify(actual)}, not ${JSON.stringify(wanted)}`);
    }
    for (const [name, values] of history) {
      const observed = valuesOf(this.#world.writes, { module, id: there.id, field: name });
      const folded = values.map((value) => this.#resolved(value));
      if (!isInOrder(observed, folded))
        this.#count('misordered', `${key}.${name} was ${JSON.stringify(observed)}, folded ${JSON.stringify(values)}`);
    }
  }

  /** A lookup to a record key is one to its id. */
  #resolved(value: Json): Json {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const { id } = value;
    return typeof id === 'string' ? { id: this.#ids.get(id) ?? id } : value;
  }

  #effect({ key, module, parent, fields }: ExpectedEffect): void {
    const line = keyLine(key);
    const found = this.#records(module).filter((record) => endsWith(record[TEXT_WITH_KEY[module]], line));
    const [first] = found;
    if (first === undefined) return this.#count('lost', `${module} ${key}`);
    if (found.length > 1) this.#count('doubled', `${module} ${key}, ${found.length} times`, found.length - 1);
    for (const [name, wanted] of Object.entries(fields)) {
      if (!sameValue(wanted, first[name] as Json | undefined))
        this.#count('wrong', `${module} ${key}: ${name} is ${JSON.stringify(first[name])}`);
    }
    const parents = ['Parent_Id', 'What_Id', 'Who_Id'].map((name) => idIn(first[name]));
    if (!parents.includes(this.#ids.get(parent) ?? '')) this.#count('wrong', `${module} ${key} is not under ${parent}`);
  }

  /** Records, notes and tasks of these users that nobody asked for. */
  #strangers(): void {
    const records = new Set(
      this.#expected.records.map(({ module, identity }) => `${module}/${String(identity.value)}`),
    );
    for (const [module, field] of Object.entries(IDENTITY)) {
      for (const record of this.#records(module)) {
        if (!this.#users.has(String(record[field]))) continue;
        const own = module === 'Deals' ? record['PWB_Subscription_ID'] : record[field];
        if (!records.has(`${module}/${String(own)}`)) this.#count('wrong', `${module}/${String(own)} is there`);
      }
    }
    const keys = new Set(this.#expected.effects.map(({ key }) => key));
    for (const [module, field] of Object.entries(TEXT_WITH_KEY)) {
      for (const record of this.#records(module)) {
        const key = keyIn(record[field]);
        const user = key?.split('/')[2] ?? '';
        if (key !== null && this.#users.has(user) && !keys.has(key)) this.#count('wrong', `${module} ${key} is there`);
      }
    }
  }

  /** Notes and tasks of a person were made in the order of the fold. */
  #orderOfEffects(): void {
    const made = this.#world.writes.flatMap(({ module, fields }) =>
      module === 'Notes' || module === 'Tasks' ? (keyIn(fields[TEXT_WITH_KEY[module]]) ?? []) : [],
    );
    const firstMade = [...new Set(made)];
    for (const user of this.#users) {
      const ofUser = (key: string): boolean => key.split('/')[2] === user;
      // Those on a Deal keep the Deal's order, not the person's.
      const wanted = this.#expected.effects.filter(({ key, parent }) => ofUser(key) && !parent.startsWith('Deals/'));
      const keys = wanted.map(({ key }) => key);
      const observed = firstMade.filter((key) => keys.includes(key));
      if (!isInOrder(observed, keys))
        this.#count('misordered', `notes and tasks of ${user}: ${observed.join(', ')}; folded ${keys.join(', ')}`);
    }
  }
}

function endsWith(text: unknown, line: string): boolean {
  return typeof text === 'string' && text.trimEnd().endsWith(line);
}

/** The key in the last line of a text. */
function keyIn(text: unknown): string | null {
  return typeof text === 'string' ? (/\[causeway:([^\]]+)\]\s*$/.exec(text)?.[1] ?? null) : null;
}

function idIn(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('id' in value)) return null;
  return typeof value.id === 'string' ? value.id : null;
}
