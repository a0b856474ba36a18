import { checksumOf, type Migration } from './migration.files.ts';
import { planMigrations } from './migration.policy.ts';

const file = (name: string, text = name): Migration => ({ name, text, checksum: checksumOf(text) });
const [first, second, third] = [file('0001_a.sql'), file('0002_b.sql'), file('0003_c.sql')];

describe('planMigrations', () => {
  it.each([
    ['nothing applied', [first, second], [], { changed: [], pending: [first, second] }],
    ['some applied', [first, second, third], [first], { changed: [], pending: [second, third] }],
    ['all applied', [first, second], [first, second], { changed: [], pending: [] }],
    ['one between came later', [first, second, third], [first, third], { changed: [], pending: [second] }],
    ['a newer release has migrated already', [first], [first, second], { changed: [], pending: [] }],
    ['text changed', [file('0001_a.sql', 'other'), second], [first], { changed: ['0001_a.sql'], pending: [second] }],
    ['no files', [], [first], { changed: [], pending: [] }],
  ])('%s', (...[, files, applied, expected]) => {
    expect(planMigrations(files, applied)).toEqual(expected);
  });

  it('does not see line ends as a change', () => {
    expect(checksumOf('a;\r\nb;\r\n')).toBe(checksumOf('a;\nb;\n'));
    expect(checksumOf('a;\nb;\n')).not.toBe(checksumOf('a;\nb; \n'));
  });
});
