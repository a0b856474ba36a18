import { covers, type ScopeNeed } from './scopes.ts';

const leads = (...operations: ScopeNeed['operations']): ScopeNeed => ({ area: 'modules', name: 'leads', operations });

describe('scopes', () => {
  it.each<[string[], ScopeNeed, boolean]>([
    [['ZohoCRM.modules.ALL'], leads('CREATE'), true],
    [['ZohoCRM.modules.leads.ALL'], leads('DELETE'), true],
    [['ZohoCRM.modules.leads.WRITE'], leads('CREATE'), true],
    [['ZohoCRM.modules.leads.WRITE'], leads('READ'), false],
    [['ZohoCRM.modules.leads.WRITE'], leads('DELETE'), false],
    [['ZohoCRM.modules.contacts.ALL'], leads('READ'), false],
    [['ZohoCRM.modules.READ'], leads('READ'), true],
    [['ZohoCRM.modules.ALL'], { area: 'modules', name: 'notes', operations: ['CREATE'] }, false],
    [['ZohoCRM.modules.notes.ALL'], { area: 'modules', name: 'notes', operations: ['CREATE'] }, true],
    [['ZohoCRM.settings.fields.ALL'], { area: 'settings', name: 'fields', operations: ['CREATE'] }, true],
    [['ZohoCRM.settings.fields.READ'], { area: 'settings', name: 'modules', operations: ['READ'] }, false],
    [[], { area: 'coql', operations: ['READ'] }, false],
  ])('%j for %j: %s', (granted, need, expected) => {
    expect(covers(granted, [need])).toBe(expected);
  });
});
