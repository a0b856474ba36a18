import { linkTo, type Json, type JsonObject } from '#contracts';
import type { WantedRecord } from '#mapping';
import { compareRecord, type Comparison, type KnownRecord } from './record.comparison.ts';

const wanted: WantedRecord = {
  module: 'Contacts',
  identity: { field: 'External_ID', value: 'u1' },
  fields: { Last_Name: 'Lovelace', Phone: null, Total_XP: 5, Account_Name: linkTo(account('a1')) },
  onCreate: { Lead_Source: 'Product' },
};

function account(value: string) {
  return { module: 'Accounts', identity: { field: 'External_ID', value } };
}

const there: JsonObject = {
  External_ID: 'u1',
  Last_Name: 'Lovelace',
  Phone: null,
  Total_XP: 5,
  Account_Name: { id: '900', name: 'Engines' },
};
const link = { module: 'Contacts', recordId: '1', lost: false, shared: false };

interface Seed extends Partial<Omit<Comparison, 'known' | 'actual'>> {
  readonly known?: Partial<Omit<KnownRecord, 'sent'>> & { readonly sent?: Record<string, Json> };
  /** Null: it is not there. */
  readonly values?: JsonObject | null;
}

function compare({ known = {}, values = {}, ...seed }: Seed): ReturnType<typeof compareRecord> {
  const { sent = {}, ...rest } = known;
  return compareRecord({
    wanted,
    actual: values === null ? null : { id: '1', values: { ...there, ...values } },
    known: { link, open: 'none', released: false, ...rest, sent: new Map(Object.entries(sent)) },
    idOf: (key) => (key === 'Accounts/a1' ? '900' : undefined),
    state: {},
    shared: new Set(),
    has: () => true,
    ...seed,
  });
}

/** In short: what it says, with the fields. */
function said(seed: Seed): unknown {
  const compared = compare(seed);
  if (compared.kind === 'equal') return 'equal';
  if (compared.kind === 'left') return compared.reason;
  return [compared.action, Object.fromEntries(compared.differences.map(({ field, after }) => [field, after]))];
}

const remembered = (memory: JsonObject): JsonObject => ({ $crm: { 'Contacts/u1': memory } });

describe('a record that is there', () => {
  const cases: [what: string, seed: Seed, expected: unknown][] = [
    ['as it is wanted', {}, 'equal'],
    ['a value that differs', { values: { Total_XP: 7 } }, ['change', { Total_XP: 5 }]],
    ['a value that differs in form alone', { values: { Last_Name: ' Lovelace ', Total_XP: '5' } }, 'equal'],
    ['a person filled what the product does not tell', { values: { Phone: '+47 1' } }, 'equal'],
    ['we sent what the product does not tell any more', phone('+47 1'), ['change', { Phone: null }]],
    ['a person changed what we sent', { ...phone('+47 1'), values: { Phone: '+47 2' } }, 'equal'],
    ['a field of an earlier version', earlier('x'), ['change', { Fax: null }]],
    ['a person changed the field of an earlier version', { ...earlier('x'), values: { Fax: 'y' } }, 'equal'],
    [
      'what went out with the new record alone',
      { known: { sent: { Lead_Source: 'Product' } }, values: { Lead_Source: 'Fair' } },
      'equal',
    ],
    [
      'a lookup to another record',
      { values: { Account_Name: { id: '901' } } },
      ['change', { Account_Name: linkTo(account('a1')) }],
    ],
    ['a lookup to a record that a person deleted', { idOf: () => null, values: { Account_Name: null } }, 'equal'],
    [
      'a lookup to a record that is to come',
      { idOf: () => undefined, values: { Account_Name: null } },
      ['change', { Account_Name: linkTo(account('a1')) }],
    ],
    ['another name of ours', { values: { External_ID: 'u2' } }, ['change', { External_ID: 'u1' }]],
    [
      'a value that is left standing',
      { state: remembered({ left: { Total_XP: 7 } }), values: { Total_XP: 7 } },
      'equal',
    ],
    ['a shared field that a person moved', { shared: new Set(['Total_XP']), values: { Total_XP: 7 } }, 'equal'],
    [
      'a shared field as we sent it',
      { shared: new Set(['Total_XP']), known: { sent: { Total_XP: 7 } }, values: { Total_XP: 7 } },
      ['change', { Total_XP: 5 }],
    ],
    [
      'a field that its module does not have',
      { has: (field) => field !== 'Total_XP', values: { Total_XP: 7 } },
      'equal',
    ],
    [
      'a record that is only made when it is missing',
      { wanted: { ...wanted, ensure: true }, values: { Total_XP: 7 } },
      'equal',
    ],
    ['what an effect made', { wanted: { ...wanted, byEffect: true }, values: { Total_XP: 7 } }, 'equal'],
    ['without a link', { known: { link: null }, values: { Lead_Source: 'Product' } }, ['adopt', {}]],
    [
      'without a link, and it differs',
      { known: { link: null }, values: { Total_XP: 7 } },
      ['adopt', { Lead_Source: 'Product', Total_XP: 5 }],
    ],
    ['a command of it waits', { known: { open: 'waiting' }, values: { Total_XP: 7 } }, 'busy'],
    ['a command of it is parked', { known: { open: 'parked' }, values: { Total_XP: 7 } }, 'parked'],
    ['it was released', { known: { released: true }, values: { Total_XP: 7 } }, 'released'],
    [
      'a person deleted it, as the state says',
      { state: remembered({ deleted: true }), values: null },
      'deleted_by_person',
    ],
    [
      'a person deleted it, as the link says',
      { known: { link: { ...link, lost: true } }, values: null },
      'deleted_by_person',
    ],
  ];

  it.each(cases)('%s', (_what, seed, expected) => {
    expect(said(seed)).toEqual(expected);
  });
});

function phone(sent: string): Seed {
  return { known: { sent: { Phone: sent } }, values: { Phone: sent } };
}

function earlier(sent: string): Seed {
  return { known: { sent: { Fax: sent } }, values: { Fax: sent } };
}

describe('a record that is not there', () => {
  it.each<[what: string, seed: Seed, expected: unknown]>([
    ['and has a link', {}, 'gone'],
    [
      'and comes from a conversion',
      { known: { link: null }, wanted: { ...wanted, linkOnly: true } },
      'waits_for_conversion',
    ],
    [
      'and is wanted: made whole',
      { known: { link: null } },
      [
        'create',
        {
          External_ID: 'u1',
          Last_Name: 'Lovelace',
          Total_XP: 5,
          Lead_Source: 'Product',
          Account_Name: linkTo(account('a1')),
        },
      ],
    ],
  ])('%s', (_what, seed, expected) => {
    expect(said({ ...seed, values: null })).toEqual(expected);
  });
});

it('an adoption always carries our name, so that the link becomes known', () => {
  const compared = compare({ known: { link: null }, values: { Lead_Source: 'Product' } });
  expect(compared).toMatchObject({ command: { operation: 'write', fields: { External_ID: 'u1' } } });
});

it('a change would start the automations of the fields that change, cleared ones among them', () => {
  const whenWritten = { ...wanted, trigger: { whenWritten: ['Phone'] } };
  expect(compare({ wanted: whenWritten, values: { Total_XP: 7 } })).toMatchObject({ command: { trigger: [] } });
  expect(compare({ wanted: whenWritten, ...phone('1') })).toMatchObject({ command: { trigger: ['workflow'] } });
});
