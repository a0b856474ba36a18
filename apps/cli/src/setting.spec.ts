import { settingsOf } from './setting.ts';

describe('settingsOf', () => {
  it.each([
    [[], {}],
    [['record_types=["contacts","messages"]'], { record_types: ['contacts', 'messages'] }],
    [['on_delete=delete', 'restore_limit=2', 'notes=true'], { on_delete: 'delete', restore_limit: 2, notes: true }],
    [['base_domain=a=b'], { base_domain: 'a=b' }],
    [['empty='], { empty: '' }],
  ])('%j', (given, settings) => {
    expect(settingsOf(given)).toEqual(settings);
  });

  it.each([
    ['record_types', '"record_types" is no setting'],
    ['=x', '"=x" is no setting'],
    ['a b=1', '"a b=1" is no setting'],
    ['watch={}', 'what is watched is said by --watch'],
  ])('refuses %s', (given, message) => {
    expect(() => settingsOf([given])).toThrow(message);
  });
});
