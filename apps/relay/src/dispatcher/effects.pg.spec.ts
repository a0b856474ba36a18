import type { Command } from '#contracts';
import { until } from '#testing';
import { DispatcherContext } from '../../test/dispatcher.context.ts';
import { FakeCrm, refusal } from '../../test/fake.crm.ts';

let context: DispatcherContext;

beforeAll(async () => {
  context = await DispatcherContext.open('effects');
});
beforeEach(() =>
  context.reset(
    new FakeCrm({
      Leads: ['PWB_User_ID', 'Last_Name', 'Company'],
      Contacts: ['PWB_User_ID', 'Last_Name', 'Account_Name'],
      Accounts: ['Account_Name'],
      Deals: ['PWB_Subscription_ID', 'Deal_Name', 'Contact_Name', 'Account_Name'],
      Tasks: ['Subject', 'Description', 'What_Id', '$se_module', 'Who_Id'],
    }),
  ),
);
afterEach(() => context.stop());
afterAll(() => context.database[Symbol.asyncDispose]());

const identity = { field: 'PWB_User_ID', value: 106 };
const lead: Partial<Command> = {
  identity,
  fields: { PWB_User_ID: 106, Last_Name: 'Haddad', Company: 'Canal Homes' },
};
const note: Partial<Command> = {
  operation: 'note',
  identity,
  fields: { Note_Title: 'First', Note_Content: 'Said.\n[causeway:sites/n/106]' },
  trigger: [],
  effectKey: 'sites/n/106',
};
const task: Partial<Command> = {
  operation: 'task',
  identity,
  fields: { Subject: 'Call', Description: '[causeway:sites/t/106]' },
  effectKey: 'sites/t/106',
};
const convert: Partial<Command> = {
  operation: 'convert',
  identity,
  fields: { overwrite: false, notify_lead_owner: true, notify_new_entity_owner: true },
  trigger: [],
  effectKey: 'sites/convert/106',
  makes: [
    { module: 'Contacts', identity },
    { module: 'Accounts', identity, shared: true },
  ],
};
const contact: Partial<Command> = { module: 'Contacts', identity, fields: { PWB_User_ID: 106 }, linkOnly: true };

const allDone = (): Promise<unknown> =>
  until(async () => (await context.commands()).every(({ state }) => state === 'succeeded'));
const stateOf = async (operation: string): Promise<string | undefined> =>
  (await context.commands()).find((command) => command.operation === operation)?.state;

describe('notes and tasks', () => {
  it('follow the record that they are made for, with their key', async () => {
    await context.insert({ command: lead }, { command: note }, { command: task });
    context.start();
    await allDone();
    const [record] = context.crm.records('Leads');
    expect(context.crm.records('Notes')).toMatchObject([{ Note_Title: 'First', parent: record?.id }]);
    expect(context.crm.records('Tasks')).toMatchObject([{ What_Id: { id: record?.id }, $se_module: 'Leads' }]);
  });

  it('happen once for their key, however often they are asked for', async () => {
    await context.insert({ command: lead }, { command: note });
    await context.insert({ command: note, eventId: 'again' });
    expect(await context.commands()).toHaveLength(2);
  });

  it.each([
    ['note', note, 'createNotes', 'Notes'],
    ['task', task, 'insert', 'Tasks'],
  ] as const)(
    'a %s whose answer was lost is looked for and not made again',
    async (...[operation, effect, call, module]) => {
      await context.insert({ command: lead }, { command: effect });
      context.crm.lose(call);
      const dispatcher = context.start();
      await until(async () => (await stateOf(operation)) === 'unknown');
      await context.hurry();
      dispatcher.wake();
      await allDone();
      expect(context.crm.records(module)).toHaveLength(1);
      expect(context.crm.count(call)).toBe(1);
    },
  );

  it.each([
    ['note', note, 'createNotes', 'Notes'],
    ['task', task, 'insert', 'Tasks'],
  ] as const)('a %s whose call was lost is made after a look', async (...[operation, effect, call, module]) => {
    await context.insert({ command: lead }, { command: effect });
    context.crm.fail(call, { kind: 'unknown', code: 'CRM_OUTCOME_UNKNOWN', reason: 'TIMEOUT' });
    const dispatcher = context.start();
    await until(async () => (await stateOf(operation)) === 'unknown');
    await context.hurry();
    dispatcher.wake();
    await allDone();
    expect(context.crm.records(module)).toHaveLength(1);
  });

  it('wait behind their parked record', async () => {
    context.crm.refuse = (record) => ('Last_Name' in record ? refusal('MANDATORY_NOT_FOUND') : null);
    await context.insert({ command: lead }, { command: note });
    context.start();
    await until(async () => (await stateOf('write')) === 'parked');
    expect(await stateOf('note')).toBe('ready');
  });

  it('a note for a Lead that a person converted goes to the Contact', async () => {
    await context.insert({ command: lead });
    const dispatcher = context.start();
    await allDone();
    const contactId = context.crm.convertByPerson(context.crm.records('Leads')[0]?.id ?? '');
    await context.insert({ command: note });
    dispatcher.wake();
    await allDone();
    expect(context.crm.records('Notes')).toMatchObject([{ parent: contactId }]);
  });
});

describe('a conversion', () => {
  const deal: Partial<Command> = {
    module: 'Deals',
    identity: { field: 'PWB_Subscription_ID', value: 9106 },
    fields: {
      Deal_Name: 'Plan',
      Contact_Name: { $link: { module: 'Contacts', value: '106' } },
      Account_Name: { $link: { module: 'Accounts', value: '106' } },
    },
  };

  it('links what it made; what waits for those links goes on with their ids', async () => {
    await context.insert({ command: contact }, { command: deal }, { command: lead }, { command: convert });
    context.start();
    await allDone();
    const [person] = context.crm.records('Contacts');
    const [account] = context.crm.records('Accounts');
    expect(person).toMatchObject({ PWB_User_ID: 106, Last_Name: 'Haddad' });
    expect(context.crm.records('Deals')).toMatchObject([
      { Contact_Name: { id: person?.id }, Account_Name: { id: account?.id } },
    ]);
    expect(await context.links()).toMatchObject({
      'Contacts/106': `Contacts/${person?.id}`,
      'Accounts/106': `Accounts/${account?.id}`,
    });
    expect(await context.links()).not.toHaveProperty('Leads/106');
  });

  it('takes its share of a few looks at the Contacts that were made, where many go on at once', async () => {
    const people = Array.from({ length: 12 }, (_, at) => 200 + at);
    await context.insert(
      ...people.flatMap((value) => {
        const identity = { field: 'PWB_User_ID', value };
        const made = (convert.makes ?? []).map((record) => ({ ...record, identity: { ...record.identity, value } }));
        return [
          { command: { ...lead, identity } },
          { command: { ...convert, identity, makes: made, effectKey: `sites/convert/${value}` } },
        ];
      }),
    );
    // The first look is still under way when the last Lead is converted.
    context.crm.before = async (call) => {
      if (call === 'getByIds') await until(() => context.crm.converted.size === people.length);
    };
    context.start({ concurrency: people.length });
    await allDone();
    expect(context.crm.count('convert')).toBe(people.length);
    expect(Object.keys(await context.links()).filter((key) => key.startsWith('Contacts/'))).toHaveLength(people.length);
    expect(context.crm.count('getByIds')).toBeLessThanOrEqual(3);
  });

  it('whose answer was lost is looked for and not sent again', async () => {
    await context.insert({ command: lead }, { command: convert }, { command: contact });
    context.crm.lose('convert');
    const dispatcher = context.start();
    await until(async () => (await stateOf('convert')) === 'unknown');
    await context.hurry();
    dispatcher.wake();
    await allDone();
    expect(context.crm.records('Contacts')).toHaveLength(1);
    expect(context.crm.count('convert')).toBe(1);
  });

  it('that a person made before ends without another', async () => {
    await context.insert({ command: lead });
    const dispatcher = context.start();
    await allDone();
    const contactId = context.crm.convertByPerson(context.crm.records('Leads')[0]?.id ?? '');
    await context.insert({ command: convert }, { command: contact });
    dispatcher.wake();
    await allDone();
    expect(context.crm.records('Contacts')).toMatchObject([{ id: contactId, PWB_User_ID: 106 }]);
  });

  it('into a Contact of another of our people is parked, and nothing is written there', async () => {
    context.crm.joins = context.crm.put('Contacts', { PWB_User_ID: 7, Last_Name: 'Other' });
    await context.insert({ command: lead }, { command: convert }, { command: contact });
    context.start();
    await until(async () => (await stateOf('convert')) === 'parked');
    expect(await context.commands()).toMatchObject([{}, { code: 'contact_of_another' }, { state: 'ready' }]);
    expect(context.crm.records('Contacts')).toMatchObject([{ PWB_User_ID: 7, Last_Name: 'Other' }]);
  });
});
