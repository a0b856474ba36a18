import { commandSchema, recordKeyOf, type Command } from './command.ts';

const command: Command = {
  operation: 'write',
  module: 'Leads',
  identity: { field: 'External_User_ID', value: 'a/b' },
  fields: { Last_Name: 'Lovelace', Phone: null },
  trigger: ['workflow'],
  whenConverted: 'follow',
};

describe('commandSchema', () => {
  it('takes what a mapping asks for as it is', () => {
    expect(commandSchema.parse(command)).toEqual(command);
  });

  it.each(Object.keys(command))('wants %s', (name) => {
    const rest = Object.fromEntries(Object.entries(command).filter(([key]) => key !== name));
    expect(commandSchema.safeParse(rest).success).toBe(false);
  });

  it.each([
    { operation: 'upsert' },
    { whenConverted: 'park' },
    { trigger: 'workflow' },
    { identity: { field: 'External_User_ID' } },
    { fields: { Last_Name: undefined } },
    { fields: [] },
  ])('refuses %j', (wrong) => {
    expect(commandSchema.safeParse({ ...command, ...wrong }).success).toBe(false);
  });
});

describe('recordKeyOf', () => {
  it('names the record by module and identity', () => {
    expect(recordKeyOf(command)).toBe('Leads/a/b');
  });
});
