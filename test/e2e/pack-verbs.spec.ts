import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { kafkaBrokers, postgresUrl } from '#testing';
import { causeway, type CliResult } from '../support/cli.process.ts';

/** A pack as somebody else would write it: each order is a Lead. */
const MAPPING = `export default ({ defineMapping, required, text, z }) =>
  defineMapping({
    name: 'orders',
    product: 'shop',
    version: 3,
    destination: 'zoho-crm',
    events: { 'order.placed': { 1: z.object({ title: required(text) }) } },
    initial: {},
    fold: { 'order.placed': (state, event) => ({ id: event.subject, title: event.data.title }) },
    project: (state) => [
      { module: 'Leads', identity: { field: 'Order_ID', value: state.id }, fields: { Last_Name: state.title } },
    ],
    setup: { Leads: [{ apiName: 'Order_ID', type: 'text', length: 64, unique: true }] },
    scopes: ['ZohoCRM.modules.leads.ALL', 'ZohoCRM.settings.fields.ALL'],
  });
`;

function workedCase(name: string, number: number, expected: string): object {
  return {
    name,
    steps: [
      {
        event: {
          id: `019c1000-0009-7000-8000-00000000000${number}`,
          aggregate_type: 'order',
          aggregate_id: String(number),
          event_type: 'order.placed',
          occurred_at: '2026-01-09T09:00:00Z',
          payload: { title: 'Two chairs' },
        },
      },
    ],
    expect: { records: [{ module: 'Leads', match: { Order_ID: String(number) }, fields: { Last_Name: expected } }] },
  };
}

const RIGHT = workedCase('an order is a Lead', 1, 'Two chairs');
const WRONG = workedCase('an order is another Lead', 2, 'Three chairs');
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'causeway-pack-'));
  await writeFile(path.join(folder, 'mapping.mjs'), MAPPING);
  const cases = { pack: 'orders', product: 'shop', cases: [RIGHT, WRONG] };
  await writeFile(path.join(folder, 'cases.json'), JSON.stringify(cases));
});
afterAll(() => rm(folder, { recursive: true }));

const verb = (args: readonly string[], env: Record<string, string> = {}): Promise<CliResult> =>
  causeway(['pack', ...args], {
    CAUSEWAY_POSTGRES_URL: postgresUrl(),
    CAUSEWAY_KAFKA_BROKERS: kafkaBrokers().join(','),
    ...env,
  });

describe('causeway pack', () => {
  it('list names the packs with version, topics and cases', async () => {
    const { stdout } = await verb(['list', '--json'], { CAUSEWAY_PACKS: `signup-lead,${folder}` });
    expect(JSON.parse(stdout)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'signup-lead', topics: ['portal.user'], loaded: true }),
        expect.objectContaining({ name: 'property-sites', product: 'sites', cases: 8, loaded: false }),
        expect.objectContaining({ name: 'orders', version: 3, topics: ['shop.order'], cases: 2, loaded: true }),
      ]),
    );
  });

  it.each([
    [['test', 'nonsense'], 2],
    [['test', 'signup-lead', '--case', 'nonsense'], 2],
  ])('%j ends with %d', async (args, code) => {
    expect((await verb(args)).code).toBe(code);
  });

  it('test plays the cases of a pack from outside and says what does not hold', async () => {
    const { code, stdout } = await verb(['test', folder]);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^ok {5}an order is a Lead \(/);
    expect(lines[1]).toMatch(/^FAILED an order is another Lead \(/);
    expect(lines[2]).toContain('Leads has {"Last_Name":"Two chairs"}, not {"Last_Name":"Three chairs"}');
    expect(lines[3]).toBe('1 passed, 1 failed');
    expect(code).toBe(1);
  });

  it('test plays one case', async () => {
    const { code, stdout } = await verb(['test', folder, '--case', 'an order is a Lead', '--json']);
    expect(JSON.parse(stdout)).toEqual({
      pack: 'orders',
      version: 3,
      passed: 1,
      failed: 0,
      cases: [{ name: 'an order is a Lead', passed: true, differs: [], seconds: expect.any(Number) as number }],
    });
    expect(code).toBe(0);
  });
});
