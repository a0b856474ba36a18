import { appendFileSync, readFileSync, statSync } from 'node:fs';
import { tempFile } from '../testing/temp.file.ts';
import { JournalFile } from './journal.file.ts';

describe('journal file', () => {
  let file: Awaited<ReturnType<typeof tempFile>>;
  beforeEach(async () => {
    file = await tempFile('deeper/journal');
  });
  afterEach(() => file.remove());

  const opened = (): { lines: string[]; journal: JournalFile } => {
    const journal = new JournalFile(file.path);
    return { lines: [...journal.lines()], journal };
  };

  it('reads back what was appended, lines longer than a read and letters across two reads included', () => {
    const { journal } = opened();
    const written = ['a', '', 'ş'.repeat(1_200_001), 'z', 'x'.repeat(3_000_000)];
    for (const line of written) journal.append(line);
    journal.close();
    const again = opened();
    expect(again.lines).toEqual(written);
    again.journal.close();
  });

  it.each(['torn', 'ş'.repeat(1_000_000)])('cuts off a torn last line and goes on in its place (%#)', (torn) => {
    const first = opened();
    first.journal.append('whole');
    first.journal.close();
    appendFileSync(file.path, torn);
    const second = opened();
    expect(second.lines).toEqual(['whole']);
    second.journal.append('next');
    second.journal.close();
    expect(readFileSync(file.path, 'utf8')).toBe('whole\nnext\n');
  });

  it('is replaced as a whole, and appended to from then on', () => {
    const { journal } = opened();
    journal.append('old');
    journal.replace(['new', 'x'.repeat(2_000_000)]);
    journal.append('last');
    journal.close();
    expect(opened().lines).toEqual(['new', 'x'.repeat(2_000_000), 'last']);
  });

  it('stays as it was when what is to replace it cannot be made', () => {
    const { journal } = opened();
    journal.append('old');
    const broken = function* (): Generator<string> {
      yield 'new';
      throw new Error('no more');
    };
    expect(() => journal.replace(broken())).toThrow('no more');
    journal.append('next');
    journal.close();
    expect(opened().lines).toEqual(['old', 'next']);
  });

  it('is for its owner alone, as tokens stand in it', () => {
    const { journal } = opened();
    expect(statSync(file.path).mode & 0o777).toBe(0o600);
    journal.replace(['x']);
    expect(statSync(file.path).mode & 0o777).toBe(0o600);
    journal.close();
  });
});
