import fc from 'fast-check';
import { parseCsv, toCsv } from './csv.text.ts';
import { unzipOne, zipOne } from './zip.file.ts';

describe('an archive', () => {
  it('holds one text, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 500 }), (text) => {
        expect(unzipOne(zipOne('a.csv', text))).toBe(text);
      }),
    );
  });

  it('is nothing at every cut, and after any byte was changed, unless the text is still the same', () => {
    const text = 'Ext,STATUS\r\na,ADDED\r\nb,SKIPPED\r\n'.repeat(3);
    const whole = zipOne('result.csv', text);
    for (let length = 0; length < whole.length; length += 1) expect(unzipOne(whole.subarray(0, length))).toBeNull();
    for (let at = 0; at < whole.length; at += 1) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ 0x55;
      expect([null, text]).toContain(unzipOne(changed));
    }
  });

  it.each([new Uint8Array(), Buffer.from('PK'), Buffer.from('{"code":"INVALID_TOKEN"}'), Buffer.alloc(100)])(
    'is none: case %#',
    (bytes) => {
      expect(unzipOne(bytes)).toBeNull();
    },
  );
});

describe('a table as CSV', () => {
  it('comes back as it was', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'ü', ';') });
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 5 }), (rows) => {
        expect(parseCsv(toCsv(rows))).toEqual(rows);
      }),
    );
  });

  it.each([
    [
      'a,b\nc,d',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['\uFEFFa,b\r\n', [['a', 'b']]],
    [
      'a,,""\n\nb,\n',
      [
        ['a', '', ''],
        ['b', ''],
      ],
    ],
    ['a,', [['a', '']]],
    ['"a ""b"" c",d', [['a "b" c', 'd']]],
    ['', []],
    ['"open', null],
    ['a"b,c', null],
    ['"a"b', null],
  ])('%j', (text, rows) => {
    expect(parseCsv(text)).toEqual(rows);
  });
});
