import { aClaimedCommand } from '#testing';
import { FakeCrm } from '../../test/fake.crm.ts';
import { sendGroup } from './group.send.ts';
import { prepareRows, withRowsReplaced } from './subform.rows.ts';
import { verifyUnknown } from './unknown.verify.ts';

const row = { Product_Name: { id: '5' }, Quantity: 2 };
const held = { id: '77', Product_Name: { id: '5', name: 'Fibre' }, Quantity: 2, Net_Total: 4 };
const wanted = { Quoted_Items: [row], Tags: ['a'] };

describe('rows of a subform', () => {
  it.each([
    ['no record yet: all are sent', null, wanted],
    ['the same rows: the field is left out', { id: '1', Quoted_Items: [held] }, { Tags: ['a'] }],
    ['none: ours are added', { id: '1', Quoted_Items: [] }, wanted],
    [
      'others: they go and ours come, in one call',
      { id: '1', Quoted_Items: [{ ...held, Quantity: 3 }] },
      { Quoted_Items: [{ id: '77', _delete: null }, row], Tags: ['a'] },
    ],
    [
      'one too many',
      { id: '1', Quoted_Items: [held, { ...held, id: '78' }] },
      { Quoted_Items: [{ id: '77', _delete: null }, { id: '78', _delete: null }, row], Tags: ['a'] },
    ],
  ])('%s', (_name, record, sent) => {
    expect(withRowsReplaced(wanted, record)).toEqual(sent);
  });
});

describe('a command with rows', () => {
  const identity = { field: 'Quote_Reference', value: 'QT-1' };
  const command = (more = {}) =>
    aClaimedCommand({ module: 'Quotes', identity, fields: { Quoted_Items: [row] }, link: null, ...more });
  const group = (given: ReturnType<typeof command>, form: 'upsert' | 'update' = 'update') => ({
    connectionId: 'c1',
    module: 'Quotes',
    form,
    identityField: identity.field,
    trigger: [],
    lane: 'live' as const,
    commands: [given],
  });
  const send = async (crm: FakeCrm, given: ReturnType<typeof command>) =>
    (await sendGroup(crm, group(given), (commands) => Promise.resolve(commands))).map(({ answer }) => answer);
  const quotes = () => new FakeCrm({ Quotes: ['Quote_Reference', 'Quoted_Items'] });
  const linkTo = (recordId: string) => ({ link: { module: 'Quotes', recordId, generation: 1 } });

  it('reads the record that it is linked to, and sends nothing where nothing differs', async () => {
    const crm = quotes();
    const id = crm.put('Quotes', { Quote_Reference: 'QT-1', Quoted_Items: [held] });
    const [outcome] = await send(crm, command(linkTo(id)));
    expect(outcome).toMatchObject({ kind: 'succeeded', recordId: id });
    expect(crm.calls.map(({ call }) => call)).toEqual(['getById']);
  });

  it('finds a record that a person made with our value before it is adopted', async () => {
    const crm = quotes();
    crm.put('Quotes', { Quote_Reference: 'QT-1', Quoted_Items: [{ ...held, Quantity: 9 }] });
    const ready = await prepareRows(crm, { module: 'Quotes', commands: [command()] });
    expect(ready).toMatchObject({ commands: [{ fields: { Quoted_Items: [{ id: '77', _delete: null }, row] } }] });
  });

  it('whose outcome is unknown is settled by reading the rows, without sending them again', async () => {
    const crm = quotes();
    const id = crm.put('Quotes', { Quote_Reference: 'QT-1', Quoted_Items: [held] });
    const { settled, toSend } = await verifyUnknown(crm, group(command({ ...linkTo(id), verify: true })));
    expect(toSend).toEqual([]);
    expect(settled).toMatchObject([{ outcome: { kind: 'succeeded', recordId: id } }]);
  });

  it('is not sent when its rows cannot be read', async () => {
    const crm = quotes();
    const id = crm.put('Quotes', { Quote_Reference: 'QT-1', Quoted_Items: [] });
    crm.fail('getById', { kind: 'unavailable', code: 'CRM_UNAVAILABLE', reason: 'HTTP 500' });
    expect(await send(crm, command(linkTo(id)))).toMatchObject([{ kind: 'unavailable' }]);
    expect(crm.calls.map(({ call }) => call)).toEqual(['getById']);
  });
});
