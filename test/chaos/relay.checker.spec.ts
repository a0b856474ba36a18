import type { CausewayEvent } from '#contracts';
import { builtInPacks } from '#packs';
import type { CrmWorld, CrmWrite } from '../support/crm.world.ts';
import { expectedCrm, type ExpectedCrm } from '../support/fold.oracle.ts';
import { userWhoPays } from '../support/site.users.ts';
import type { CrmRecord } from '#cases';
import { checkRelay } from './relay.checker.ts';

const USER = 1001;
const SUBSCRIPTION = USER * 10 + 1;
const CLEAN = { lost: 0, doubled: 0, misordered: 0, wrong: 0 };

function expectedOf(events: readonly CausewayEvent[]): ExpectedCrm {
  const mapping = builtInPacks['property-sites']?.mapping;
  if (mapping === undefined) throw new Error('no pack');
  return expectedCrm(mapping, events);
}
/** Phase lead, and a user who went all the way. */
const asLead = expectedOf(userWhoPays(USER).slice(0, 4));
const asCustomer = expectedOf(userWhoPays(USER));

const idOf = (key: string): string => `id of ${key}`;

/** A CRM that is just as expected; the history of each record's fields written one after another. */
function perfect({ records, effects, conversions }: ExpectedCrm): CrmWorld {
  const lists = new Map<string, CrmRecord[]>();
  const add = (module: string, record: CrmRecord): void =>
    void lists.set(module, [...(lists.get(module) ?? []), record]);
  const writes: CrmWrite[] = [];
  for (const { key, module, fields, history } of records) {
    add(module, { ...withIds(fields), id: idOf(key) });
    const longest = Math.max(...[...history.values()].map((values) => values.length));
    for (let at = 0; at < longest; at += 1) {
      const then = [...history].map(([name, values]) => [name, values[Math.min(at, values.length - 1)]] as const);
      writes.push({ module, id: idOf(key), fields: withIds(Object.fromEntries(then)), converted: false });
    }
  }
  for (const { key, module, parent, fields } of effects) {
    const record = { ...fields, [module === 'Notes' ? 'Parent_Id' : 'What_Id']: { id: idOf(parent) }, id: idOf(key) };
    add(module, record);
    writes.push({ module, id: idOf(key), fields: record, converted: false });
  }
  const converted = conversions.map(({ lead }) => ({ id: 'lead', [lead.field]: lead.value }));
  for (const { userId, company } of conversions)
    add('Accounts', { id: idOf(`Accounts/${userId}`), Account_Name: company });
  return { records: lists, converted, writes };
}

function withIds(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const isLookup = (value: unknown): value is { id: string } =>
    typeof value === 'object' && value !== null && 'id' in value;
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, isLookup(value) ? { id: idOf(value.id) } : value]),
  );
}

type Change = (world: CrmWorld) => CrmWorld;
const inModule =
  (module: string, change: (records: readonly CrmRecord[]) => readonly CrmRecord[]): Change =>
  (world) => ({ ...world, records: new Map(world.records).set(module, change(world.records.get(module) ?? [])) });
const withoutFirst = (records: readonly CrmRecord[]): readonly CrmRecord[] => records.slice(1);
const twice = (records: readonly CrmRecord[]): readonly CrmRecord[] => [...records, ...records.slice(0, 1)];
const firstWith =
  (fields: object) =>
  ([first, ...others]: readonly CrmRecord[]): CrmRecord[] => [{ id: '', ...first, ...fields }, ...others];

function found(expected: ExpectedCrm, change: Change) {
  const observation = { expected, world: change(perfect(expected)), users: new Set([String(USER)]) };
  const { lost, doubled, misordered, wrong } = checkRelay(observation);
  return { lost, doubled, misordered, wrong };
}

describe('the checker of the relay', () => {
  it.each([
    ['a Lead', asLead],
    ['a customer', asCustomer],
  ])('finds nothing where all is well: %s', (_what, expected) => {
    expect(expected.records.length).toBeGreaterThan(1);
    expect(expected.effects.length).toBeGreaterThan(1);
    expect(found(expected, (world) => world)).toEqual(CLEAN);
  });

  const faults: [what: string, expected: ExpectedCrm, change: Change, finding: Partial<typeof CLEAN>][] = [
    ['a Deal that is not there', asLead, inModule('Deals', withoutFirst), { lost: 1 }],
    ['a Deal that is there twice', asLead, inModule('Deals', twice), { doubled: 1 }],
    ['an old value', asLead, inModule('Leads', firstWith({ Properties_Count: 0 })), { wrong: 1 }],
    [
      'a lookup to somebody else',
      asCustomer,
      inModule('Deals', firstWith({ Contact_Name: { id: 'x' } })),
      { wrong: 1 },
    ],
    ['a lost note', asLead, inModule('Notes', withoutFirst), { lost: 1 }],
    ['a doubled note', asLead, inModule('Notes', twice), { doubled: 1 }],
    ['a note of another title', asLead, inModule('Notes', firstWith({ Note_Title: 'x' })), { wrong: 1 }],
    ['a note under another record', asLead, inModule('Notes', firstWith({ Parent_Id: { id: 'x' } })), { wrong: 1 }],
    ['a doubled task', asLead, inModule('Tasks', twice), { doubled: 1 }],
    ['no conversion', asCustomer, (world) => ({ ...world, converted: [] }), { lost: 1 }],
    ['a second account', asCustomer, inModule('Accounts', twice), { doubled: 1 }],
    ['a Lead beside its Contact', asCustomer, inModule('Leads', () => [{ id: 'x', PWB_User_ID: USER }]), { wrong: 1 }],
    [
      'a Deal that nobody asked for',
      asLead,
      inModule('Deals', (deals) => [...deals, { id: 'x', PWB_User_ID: USER, PWB_Subscription_ID: SUBSCRIPTION + 1 }]),
      { wrong: 1 },
    ],
    [
      'a note that nobody asked for',
      asLead,
      inModule('Notes', (notes) => [...notes, { id: 'x', Note_Content: `[causeway:sites/milestone/${USER}/logins]` }]),
      { wrong: 1 },
    ],
  ];
  const rows = faults.map(([what, expected, change, finding]) => ({ what, expected, change, finding }));
  it.each(rows)('finds $what', ({ expected, change, finding }) => {
    expect(found(expected, change)).toEqual({ ...CLEAN, ...finding });
  });

  it('finds writes of a record in another order, though the last of them is right', () => {
    const again: Change = (world) => {
      const of = world.writes.filter(({ module }) => module === 'Leads');
      return { ...world, writes: [...of, ...of] };
    };
    const { misordered, ...others } = found(asLead, again);
    expect(misordered).toBeGreaterThan(0);
    expect(others).toEqual({ lost: 0, doubled: 0, wrong: 0 });
  });

  it('finds notes and tasks in another order', () => {
    const effectsOnly: Change = (world) => ({
      ...world,
      writes: world.writes.filter(({ module }) => module === 'Notes' || module === 'Tasks').toReversed(),
    });
    expect(found(asLead, effectsOnly)).toEqual({ ...CLEAN, misordered: 1 });
  });

  it('does not mind values that later ones covered', () => {
    const lastOnly: Change = (world) => {
      const effects = world.writes.filter(({ module }) => module === 'Notes' || module === 'Tasks');
      const last = world.writes.findLast(({ module }) => module === 'Leads');
      return { ...world, writes: [...(last === undefined ? [] : [last]), ...effects] };
    };
    expect(found(asLead, lastOnly)).toEqual(CLEAN);
  });

  it('does not mind what is there of others', () => {
    const others = inModule('Leads', (leads) => [...leads, { id: 'x', PWB_User_ID: USER + 1 }]);
    expect(found(asLead, others)).toEqual(CLEAN);
  });
});
