import { items, SimSession } from '../../testing/sim.session.ts';

describe('COQL', () => {
  let sim: SimSession;
  beforeAll(async () => {
    sim = await SimSession.start();
    await sim.uniqueField('Contacts', 'Ext Id');
    const [account] = await sim.insert('Accounts', { Account_Name: 'Example' });
    await sim.insert(
      'Contacts',
      { Last_Name: 'Kaya', Email: 'kaya@example.test', Ext_Id: 'c-1', Account_Name: { id: account } },
      { Last_Name: "O'Neil", Ext_Id: 'c-2', Email_Opt_Out: true },
      { Last_Name: 'Ruiz', Ext_Id: 'c-3', Date_of_Birth: '1990-01-02' },
    );
  });
  afterAll(() => sim.close());

  const query = (select_query: string) => sim.api('POST', '/coql', { body: { select_query } });

  const FOUND: readonly (readonly [where: string, names: readonly string[]])[] = [
    ["Ext_Id = 'C-1'", ['Kaya']],
    ["Ext_Id in ('c-1', 'c-3')", ['Kaya', 'Ruiz']],
    ["(Email is null and Ext_Id != 'c-2')", ['Ruiz']],
    ['Email is not null', ['Kaya']],
    ["Last_Name like 'K%'", ['Kaya']],
    ["Last_Name not like '%u%'", ['Kaya', "O'Neil"]],
    [String.raw`Last_Name = 'O\'Neil'`, ["O'Neil"]],
    ["Last_Name = 'O''Neil'", ["O'Neil"]],
    ['Email_Opt_Out = true', ["O'Neil"]],
    ["((Last_Name = 'Kaya' or Last_Name = 'Ruiz') and Email is null)", ['Ruiz']],
    ["Date_of_Birth between '1989-01-01' and '1991-01-01'", ['Ruiz']],
    ["Account_Name.Account_Name = 'example'", ['Kaya']],
    ["Modified_Time >= '2020-01-01T00:00:00+00:00'", ['Kaya', "O'Neil", 'Ruiz']],
    ['Modified_Time > 2020-01-01T00:00:00Z', ['Kaya', "O'Neil", 'Ruiz']],
  ];

  it.each(FOUND)('where %s', async (where, names) => {
    const reply = await query(`select Last_Name from Contacts where ${where} order by id asc limit 0, 200`);
    expect(items(reply).map((item) => item['Last_Name'])).toEqual(names);
  });

  it('shows joined columns, links as id and name, and more_records', async () => {
    const reply = await query(
      "select Last_Name, Account_Name, Account_Name.Account_Name from Contacts where Ext_Id = 'c-1'",
    );
    expect(items(reply)[0]).toEqual({
      Last_Name: 'Kaya',
      Account_Name: { name: 'Example', id: expect.any(String) },
      'Account_Name.Account_Name': 'Example',
      id: expect.any(String),
    });
    const first = await query('select id from Contacts where id is not null order by Last_Name desc limit 1 offset 1');
    expect(first.body?.['info']).toEqual({ count: 1, more_records: true });
    expect((await query("select id from Contacts where Ext_Id = 'none'")).status).toBe(204);
  });

  const REFUSED: readonly (readonly [code: string, text: string])[] = [
    ['SYNTAX_ERROR', 'select id from Contacts'],
    ['SYNTAX_ERROR', "select id from Contacts where id = '1' and id = '2' and id = '3'"],
    ['SYNTAX_ERROR', "select id from Contacts where id = 'open"],
    ['SYNTAX_ERROR', ''],
    ['SYNTAX_ERROR', 'delete from Contacts'],
    ['INVALID_QUERY', 'select Nope from Contacts where id is not null'],
    ['INVALID_QUERY', "select id from Contacts where Nope = '1'"],
    ['INVALID_QUERY', 'select id from Nope where id is not null'],
    ['INVALID_QUERY', "select id from Contacts where Modified_Time > 'soon'"],
    ['INVALID_QUERY', "select id from Contacts where Email_Opt_Out > 'true'"],
    ['LIMIT_EXCEEDED', 'select id from Contacts where id is not null limit 0, 201'],
    ['LIMIT_EXCEEDED', 'select id from Contacts where id is not null limit 10000, 1'],
    ['LIMIT_EXCEEDED', `select id from Contacts where id in (${Array.from({ length: 51 }, () => "'1'").join(', ')})`],
  ];

  it.each(REFUSED)('%s for %s', async (code, text) => {
    const reply = await query(text);
    expect([reply.status, reply.body?.['code']]).toEqual([400, code]);
  });
});
