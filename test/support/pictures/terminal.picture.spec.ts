import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pictureOf } from './terminal.picture.ts';
import { steadyText } from './terminal.steady.ts';

const seen = (day: string, id: string, record: string): string =>
  [
    `at (UTC)                 step`,
    `${day} 18:02:11.100  event ${id}`,
    `${day} 18:02:11.350  link Leads ${record}`,
  ].join('\n');

describe('steadyText', () => {
  it('gives the same for what differs in times and ids alone', () => {
    const one = seen('2026-11-21', '0193c8a0-1111-7abc-8def-0123456789ab', '5725767000000412001');
    const other = seen('2027-01-02', '0199ffff-2222-7abc-8def-0123456789ff', '5725767000000412977');
    expect(steadyText(other)).toBe(steadyText(one));
    expect(steadyText(one)).toBe(
      seen('2026-03-01', '01900000-0000-7000-8000-000000000001', '4711000000000000001')
        .replace('18:02:11.100', '10:00:00.000')
        .replace('18:02:11.350', '10:00:00.250'),
    );
  });

  it('keeps each id apart, and every column in its place', () => {
    const text = `${'1'.repeat(19)} ${'2'.repeat(19)} ${'1'.repeat(19)}`;
    const [one, two, again] = steadyText(text).split(' ');
    expect([again, two === one, steadyText(text).length]).toEqual([one, false, text.length]);
  });

  it.each(['', 'nothing to do', 'port 8080, 12 rows, 2026'])('leaves %j alone', (text) => {
    expect(steadyText(text)).toBe(text);
  });
});

describe('pictureOf', () => {
  const terminal = { command: 'npx causeway timeline portal ana', text: 'a <b> & "c"\n\n  detail\n----\n' };

  it('gives the same bytes for the same text', () => {
    expect(pictureOf(terminal)).toBe(pictureOf({ ...terminal }));
    expect(textOf(pictureOf(terminal))).toEqual({ command: terminal.command, text: terminal.text.trimEnd() });
  });

  it('is as wide as its longest line, and as high as it has lines', () => {
    const sizeOf = (text: string): number[] => {
      const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(pictureOf({ command: 'x', text })) ?? [];
      return [Number(width), Number(height)];
    };
    const [width = 0, height = 0] = sizeOf('x'.repeat(80));
    expect(sizeOf('x'.repeat(100))).toEqual([width + 156, height]);
    expect(sizeOf('x\ny\nz')).toEqual([width, height + 36]);
  });

  it('drew those of the docs', async () => {
    const folder = join(import.meta.dirname, '..', '..', '..', 'docs', 'pictures');
    const files = (await readdir(folder)).filter((name) => name.endsWith('.svg'));
    expect(files).toEqual(expect.arrayContaining(['explain.svg', 'timeline.svg']));
    for (const file of files) {
      const picture = await readFile(join(folder, file), 'utf8');
      const { command, text } = textOf(picture);
      expect(pictureOf({ command, text })).toBe(picture);
      expect(steadyText(text)).toBe(text);
    }
  });
});

/** What a picture shows; lines stand at their height. */
function textOf(picture: string): { command: string; text: string } {
  const plain = (text: string): string =>
    text.replaceAll('\u00a0', ' ').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
  const rows = [...picture.matchAll(/ y="(\d+)" textLength="[^"]+"[^>]*>([^<]*)<\/text>/g)];
  const first = Number(rows[0]?.[1]);
  const lines: string[] = [];
  for (const [, y, text = ''] of rows) {
    const row = (Number(y) - first) / 18;
    while (lines.length < row) lines.push('');
    lines[row] = plain(text);
  }
  const [prompt = '', ...body] = lines;
  return { command: prompt.slice(2), text: body.join('\n') };
}
