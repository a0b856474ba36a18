import { CausewayError, isCausewayError } from './causeway.error.ts';
import { ERROR_CATALOGUE, type CatalogueEntry, type ErrorCode } from './error.catalogue.ts';

/** Ours in capitals; those that packs/README.md fixes in small letters. */
const OURS = /^[A-Z]+(_[A-Z]+)*$/;
const OF_PACKS = [
  'unknown_event',
  'missing_value',
  'invalid_value',
  'unknown_value',
  'name_missing',
  'deleted_in_crm',
  'contact_of_another',
  'foreign_currency',
  'contract_signed',
];
const entries = Object.entries(ERROR_CATALOGUE) as [ErrorCode, CatalogueEntry][];

describe('ERROR_CATALOGUE', () => {
  it.each(entries)('%s says what it means and what to do', (code, { meaning, action, owner }) => {
    expect(OURS.test(code) || OF_PACKS.includes(code)).toBe(true);
    expect(meaning).toMatch(/^[A-Z].*[^.!?\s]$/);
    expect(action).toMatch(/^[A-Z].*[^.\s]\.$/);
    expect(['product', 'platform', 'sales admin']).toContain(owner);
    for (const text of [meaning, action]) expect(text).not.toMatch(/\n|  |\bTODO\b/);
  });

  it('has the codes that packs name', () => {
    for (const code of OF_PACKS) expect(Object.keys(ERROR_CATALOGUE)).toContain(code);
  });

  it('says nothing twice', () => {
    const meanings = entries.map(([, { meaning }]) => meaning);
    expect(new Set(meanings).size).toBe(meanings.length);
  });
});

describe('CausewayError', () => {
  it('says code, meaning, where, and what to do', () => {
    const error = new CausewayError('TOPIC_MISSING', { details: { topic: 'portal.user', partition: null } });
    expect(error.message).toBe(
      'TOPIC_MISSING: A topic that an event goes to does not exist (topic=portal.user). ' +
        'Create the topic with the declared number of partitions; the publisher goes on by itself. Where it was deleted, causeway outbox resend fills it again.',
    );
    expect(error.name).toBe('CausewayError');
  });

  it('keeps its cause', () => {
    const cause = new Error('refused');
    expect(new CausewayError('KAFKA_UNREACHABLE', { cause }).cause).toBe(cause);
  });

  it('is told apart by its code', () => {
    const error: unknown = new CausewayError('SLOT_LOST');
    expect(isCausewayError(error)).toBe(true);
    expect(isCausewayError(error, 'SLOT_LOST')).toBe(true);
    expect(isCausewayError(error, 'SLOT_MISSING')).toBe(false);
    expect(isCausewayError(new Error('SLOT_LOST'))).toBe(false);
    expect(isCausewayError('SLOT_LOST')).toBe(false);
  });
});
