import { linkTo } from '#contracts';
import { playRow, type EventSeed, type TableRow } from '#mapping';
import { mapping } from './mapping.ts';

const CUSTOMER = 'c0ffee00-aaaa';
const about = { key: CUSTOMER } as const;
const line = (more = {}) => ({ product_code: 'P1', product_name: 'Fibre', quantity: 3, unit_price: '10.005', ...more });
const quote = (data = {}): EventSeed => ({
  ...about,
  subject: 'q1',
  type: 'quote.created',
  data: { customer_id: CUSTOMER, quote_number: 'QT-1', customer: { last_name: 'Nkosi' }, lines: [line()], ...data },
});
const ofQuote = (type: string, data = {}): EventSeed => ({
  ...about,
  subject: 'q1',
  type,
  data: { customer_id: CUSTOMER, ...data },
});
const contract = (data = {}): EventSeed => ({
  ...about,
  subject: 'k1',
  type: 'contract.created',
  data: { customer_id: CUSTOMER, contract_number: 'CT-2026-001', customer: { last_name: 'Nkosi' }, ...data },
});
const ofContract = (type: string, data = {}): EventSeed => ({
  ...about,
  subject: 'k1',
  type: `contract.${type}`,
  data: { customer_id: CUSTOMER, contract_number: 'CT-2026-001', ...data },
});
const kyc = (type: string, data = {}): EventSeed => ({
  ...about,
  subject: 's1',
  type: `kyc.${type}`,
  data: { customer_id: CUSTOMER, started_at: '2026-03-01T09:00:00Z', ...data },
});
const customer = (told: object): EventSeed => ({
  ...about,
  subject: CUSTOMER,
  type: 'customer.corrected',
  data: { customer_id: CUSTOMER, customer: told } as NonNullable<EventSeed['data']>,
});

const names = {
  account: { field: 'Customer_ID', value: CUSTOMER },
  deal: { field: 'Contract_Number', value: 'CT-2026-001' },
};
const deal = { operation: 'write', module: 'Deals', identity: names.deal } as const;
const record = { operation: 'write', module: 'Quotes', identity: { field: 'Quote_Reference', value: 'QT-1' } } as const;
const account = { module: 'Accounts', trigger: [] };
const contact = { module: 'Contacts', trigger: [] };
const link = (module: string, field: string, value: string) => linkTo({ module, identity: { field, value } });

const rows: TableRow[] = [
  {
    name: 'a quote: the customer, its products and itself, each after what it refers to',
    when: quote({ lines: [line({ discount_percent: '12.5' }), line({ product_name: 'Other', description: 'x' })] }),
    expect: {
      commands: [
        { ...account, fields: { Customer_ID: CUSTOMER, Account_Name: 'Nkosi' } },
        {
          ...contact,
          fields: {
            Customer_ID: CUSTOMER,
            Last_Name: 'Nkosi',
            Account_Name: link('Accounts', 'Customer_ID', CUSTOMER),
          },
        },
        { module: 'Products', ensure: true, trigger: [], fields: { Catalogue_Code: 'P1', Product_Name: 'Fibre' } },
        {
          ...record,
          trigger: ['workflow'],
          fields: {
            Quote_Reference: 'QT-1',
            Subject: 'QT-1 - Nkosi',
            Contact_Name: link('Contacts', 'Customer_ID', CUSTOMER),
            Account_Name: link('Accounts', 'Customer_ID', CUSTOMER),
            Quote_Stage: 'Draft',
            KYC_Status: 'Not Started',
            Quote_Total: 56.31,
            Quoted_Items: [
              {
                Product_Name: link('Products', 'Catalogue_Code', 'P1'),
                Quantity: 3,
                List_Price: 10.01,
                Discount: 3.75,
                Description: 'Fibre',
              },
              {
                Product_Name: link('Products', 'Catalogue_Code', 'P1'),
                Quantity: 3,
                List_Price: 10.01,
                Discount: 0,
                Description: 'x',
              },
            ],
          },
        },
      ],
    },
  },
  {
    name: 'a line out of range sets the quote aside',
    when: quote({ lines: [line({ quantity: 0 })] }),
    expect: { verdict: 'set_aside: invalid_value lines.0.quantity' },
  },
  {
    name: 'a discount of more than all',
    when: quote({ lines: [line({ discount_percent: 100.01 })] }),
    expect: { verdict: 'set_aside: invalid_value lines.0.discount_percent' },
  },
  {
    name: 'a price below nothing',
    when: quote({ lines: [line({ unit_price: '-0.01' })] }),
    expect: { verdict: 'set_aside: invalid_value lines.0.unit_price' },
  },
  {
    name: 'a total that no number holds exactly',
    when: quote({ lines: [line({ quantity: 99_999, unit_price: '90000000000000' })] }),
    expect: { verdict: 'set_aside: invalid_value lines' },
  },
  { name: 'no lines', when: quote({ lines: [] }), expect: { verdict: 'set_aside: invalid_value lines' } },
  {
    name: 'another currency',
    when: quote({ currency: 'EUR' }),
    expect: { verdict: 'set_aside: foreign_currency currency' },
  },
  {
    name: "another customer's key",
    when: { ...quote(), key: 'somebody-else' },
    expect: { verdict: 'set_aside: invalid_value customer_id' },
  },
  {
    name: 'rank only rises',
    given: [ofQuote('quote.accepted'), quote()],
    when: ofQuote('quote.sent'),
    expect: {},
  },
  {
    name: 'a quote that was accepted before it was known',
    given: [quote()],
    when: ofQuote('quote.accepted'),
    expect: { commands: [{ ...record, fields: { Quote_Stage: 'Confirmed' } }] },
  },
  {
    name: 'corrected lines go out whole, with their total',
    given: [quote()],
    when: ofQuote('quote.corrected', { lines: [line({ product_code: 'P2', quantity: 1 })], valid_until: null }),
    expect: {
      commands: [
        { module: 'Products', fields: { Catalogue_Code: 'P2', Product_Name: 'Fibre' } },
        {
          ...record,
          fields: {
            Quoted_Items: [
              {
                Product_Name: link('Products', 'Catalogue_Code', 'P2'),
                Quantity: 1,
                List_Price: 10.01,
                Discount: 0,
                Description: 'Fibre',
              },
            ],
            Quote_Total: 10.01,
          },
        },
      ],
    },
  },
  {
    name: 'a customer without any name is called after the id',
    when: contract({ customer: {} }),
    expect: {
      commands: [
        { fields: { Customer_ID: CUSTOMER, Account_Name: 'Customer c0ffee00' } },
        {
          fields: {
            Customer_ID: CUSTOMER,
            Last_Name: 'Customer c0ffee00',
            Account_Name: link('Accounts', 'Customer_ID', CUSTOMER),
          },
        },
        { ...deal },
      ],
    },
  },
  {
    name: 'a correction clears what it says is empty; a first name alone becomes the last name',
    given: [contract({ customer: { first_name: 'Thandi', last_name: 'Nkosi', email: 'A@B.example' } })],
    when: customer({ last_name: null, email: '' }),
    expect: {
      commands: [
        { module: 'Accounts', fields: { Account_Name: 'Thandi' } },
        { module: 'Contacts', fields: { First_Name: null, Last_Name: 'Thandi', Email: null } },
      ],
    },
  },
  {
    name: 'an older word on the customer changes nothing',
    given: [contract({ customer: { last_name: 'New' } })],
    when: { ...customer({ last_name: 'Old' }), time: '2026-02-01T00:00:00Z' },
    expect: {},
  },
  {
    name: 'a correction under the id of somebody else',
    when: { ...customer({ last_name: 'X' }), subject: 'x' },
    expect: { verdict: 'set_aside: invalid_value aggregate_id' },
  },
  { name: 'a KYC session without contract is no command and no error', when: kyc('started'), expect: {} },
  {
    name: 'a contract that comes last has all that is known of it',
    given: [kyc('completed', { completed_at: '2026-03-02T23:30:00-02:00', risk_tier: 'HIGH' }), ofContract('signed')],
    when: contract({ kyc_session_id: 's1', total_contract_value: 1199.995 }),
    expect: {
      commands: [
        { module: 'Accounts' },
        { module: 'Contacts' },
        {
          ...deal,
          trigger: ['workflow'],
          fields: {
            Contract_Number: 'CT-2026-001',
            Deal_Name: 'CT-2026-001 - Nkosi',
            Closing_Date: '2026-03-31',
            Contact_Name: link('Contacts', 'Customer_ID', CUSTOMER),
            Account_Name: link('Accounts', 'Customer_ID', CUSTOMER),
            Stage: 'Negotiation/Review',
            Amount: 1200,
            Contract_Signed_Date: '2026-03-01',
            KYC_Status: 'Completed',
            KYC_Verified_Date: '2026-03-03',
            Risk_Tier: 'High',
            RICA_Status: 'Pending',
          },
        },
      ],
    },
  },
  {
    name: 'a KYC result never carries the stage',
    given: [contract({ kyc_session_id: 's1' })],
    when: kyc('declined', { risk_tier: 'extreme' }),
    expect: {
      problems: ['unknown_value risk_tier'],
      commands: [{ ...deal, fields: { KYC_Status: 'Declined' } }],
    },
  },
  {
    name: 'a correction of KYC clears the tier and leaves the status',
    given: [contract({ kyc_session_id: 's1' }), kyc('completed', { risk_tier: 'low' })],
    when: kyc('corrected', { risk_tier: null, completed_at: null }),
    expect: { commands: [{ ...deal, fields: { KYC_Verified_Date: null, Risk_Tier: null } }] },
  },
  {
    name: 'a signature never writes the stage',
    given: [contract()],
    when: ofContract('signed', { fully_signed_date: '2026-03-09' }),
    expect: { commands: [{ ...deal, fields: { Contract_Signed_Date: '2026-03-09' } }] },
  },
  {
    name: 'activation does',
    given: [contract()],
    when: ofContract('activated'),
    expect: { commands: [{ ...deal, fields: { Stage: 'Closed Won' } }] },
  },
  {
    name: 'termination does, and wins over activation',
    given: [contract(), ofContract('activated')],
    when: ofContract('terminated'),
    expect: { commands: [{ ...deal, fields: { Stage: 'Closed Lost' } }] },
  },
  {
    name: 'an activation of what is terminated changes nothing',
    given: [contract(), ofContract('terminated')],
    when: ofContract('activated'),
    expect: {},
  },
  {
    name: 'a terminated contract that was never signed is reopened',
    given: [contract(), ofContract('terminated')],
    when: ofContract('reopened'),
    expect: { commands: [{ ...deal, fields: { Stage: 'Negotiation/Review' } }] },
  },
  {
    name: 'one that was signed is not',
    given: [contract(), ofContract('signed'), ofContract('terminated')],
    when: ofContract('reopened'),
    expect: { verdict: 'set_aside: contract_signed event_type' },
  },
  {
    name: 'an answer to a move that nobody has counted (a fold built anew) counts it',
    given: [contract()],
    when: ofContract('activated', { cause: 'crm', move: 2 }),
    expect: { commands: [{ ...deal, fields: { Stage: 'Closed Won' } }] },
  },
  {
    name: 'an answer to a counted move, however late',
    given: [contract(), ofContract('activated', { cause: 'crm', move: 2 })],
    when: ofContract('terminated', { cause: 'crm', move: 2 }),
    expect: { verdict: 'ignored: already_counted' },
  },
  {
    name: 'an answer that does not say to which move',
    given: [contract()],
    when: ofContract('activated', { cause: 'crm' }),
    expect: { verdict: 'set_aside: missing_value move' },
  },
  {
    name: 'a number that is none',
    when: contract({ contract_number: 'CT-26-1' }),
    expect: { verdict: 'set_aside: invalid_value contract_number' },
  },
  {
    name: 'a number that differs from the known one',
    given: [contract()],
    when: ofContract('signed', { contract_number: 'CT-2026-999' }),
    expect: { verdict: 'set_aside: invalid_value contract_number' },
  },
  {
    name: 'a correction does not sign, and never unsigns',
    given: [contract({ total_contract_value: '5' })],
    when: ofContract('corrected', { fully_signed_date: '2026-03-09', total_contract_value: null }),
    expect: { commands: [{ ...deal, fields: { Amount: null } }] },
  },
  {
    name: "the quote points at its contract's Deal",
    given: [quote(), contract({ quote_id: 'other' })],
    when: ofContract('corrected', { quote_id: 'q1' }),
    expect: { commands: [{ ...record, fields: { Deal_Name: link('Deals', 'Contract_Number', 'CT-2026-001') } }] },
  },
];

describe('telecom-contracts, outward', () => {
  it.each(rows)('$name', (row) => {
    const { actual, expected } = playRow(mapping, withOwnTimes(row));
    expect(actual).toEqual(expected);
  });

  it('reads five topics and names its settings', () => {
    expect(mapping.topics).toEqual(['quote', 'kyc_session', 'rica_submission', 'contract', 'customer']);
    expect(mapping.settings).toMatchObject({ currency: 'ZAR', close_after_days: 30, restore_limit: 3 });
  });

  it('stops where a stage that it writes is missing: which stages there are is for people to say', () => {
    const stage = mapping.setup['Deals']?.find(({ apiName }) => apiName === 'Stage');
    expect(stage).toMatchObject({ fixed: true, values: ['Negotiation/Review', 'Closed Won', 'Closed Lost'] });
  });
});

/** Events of one row happen one after another: the ids that count up do not order as text. */
function withOwnTimes({ given = [], when, ...row }: TableRow): TableRow {
  const at = (seed: EventSeed, index: number): EventSeed => ({ time: `2026-03-01T10:00:${10 + index}Z`, ...seed });
  return { ...row, given: given.map(at), when: at(when, given.length) };
}
