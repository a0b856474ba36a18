import fc from 'fast-check';
import { fieldClass, hideByClass, hideKey } from './field.class.ts';

const person = { personal: true };
const nobody = { personal: false };

describe('fieldClass', () => {
  it.each<[string, unknown, string]>([
    ['email', 'ana@example.test', 'personal'],
    ['full_name', 'Ana Ruiz', 'personal'],
    ['status', 'active', 'open'],
    ['order_status', 'paid out', 'open'],
    ['status', 'Ana wrote that she, on the phone, …', 'personal'],
    ['type', 'ana@example.test', 'personal'],
    ['user_id', 'u1', 'open'],
    ['userId', 'ana@example.test', 'personal'],
    ['created_at', '2026-01-02T03:04:05Z', 'open'],
    ['birth_date', '1990-01-02', 'personal'],
    ['id', '0195b1a4-7e5b-7c3d-8d55-3b1f0a6c2e11', 'open'],
    ['amount', 12.5, 'open'],
    ['phone', 15550100, 'personal'],
    ['age', 41, 'personal'],
    ['confirmed', true, 'open'],
    ['middle_name', null, 'open'],
    ['comment', '', 'open'],
    ['access_token', 'x', 'secret'],
    ['password', 'x', 'secret'],
    ['clientSecret', null, 'secret'],
    ['anything', 'else', 'personal'],
  ])('%s %j is %s', (name, value, expected) => {
    expect(fieldClass(name, value)).toBe(expected);
  });
});

describe('hideByClass', () => {
  const data = {
    id: 'u1',
    person: { full_name: 'Ana Ruiz', phones: ['555-0100', '555-0101'] },
    api_token: { value: 'planted' },
    items: [{ kind: 'course', title: 'A title' }],
  };

  it('keeps what is open, at whatever depth, and counts what it hides', () => {
    expect(hideByClass(data, nobody)).toEqual({
      data: {
        id: 'u1',
        person: { full_name: '[hidden]', phones: ['[hidden]', '[hidden]'] },
        api_token: '[redacted]',
        items: [{ kind: 'course', title: '[hidden]' }],
      },
      hidden: 5,
    });
  });

  it('shows personal values to whom they are meant for, and secrets to nobody', () => {
    expect(hideByClass(data, person)).toEqual({ data: { ...data, api_token: '[redacted]' }, hidden: 1 });
  });

  it('law: an address never gets out, wherever it stands', () => {
    const value = fc.letrec((tie) => ({
      node: fc.oneof(
        fc.constant('ana@example.test'),
        fc.dictionary(fc.string(), tie('node'), { maxKeys: 3 }),
        fc.array(tie('node'), { maxLength: 3 }),
      ),
    })).node;
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('id', 'status', 'type', 'key', 'data', 'x'), value), (given) => {
        const { data: shown } = hideByClass(given, nobody);
        expect(JSON.stringify(valuesOf(shown))).not.toContain('@example');
      }),
    );
  });

  function valuesOf(shown: unknown): unknown[] {
    if (typeof shown !== 'object' || shown === null) return [shown];
    return Object.values(shown).flatMap(valuesOf);
  }
});

describe('hideKey', () => {
  it.each([
    ['u1', 'u1'],
    ['Leads/42', 'Leads/42'],
    ['ana@example.test', '[hidden]'],
    ['Ana Ruiz', '[hidden]'],
  ])('%s', (key, shown) => {
    expect(hideKey(key, nobody)).toBe(shown);
    expect(hideKey(key, person)).toBe(key);
  });
});
