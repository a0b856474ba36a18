import fc from 'fast-check';
import { email, httpsUrl, phone, url } from './contact.value.ts';
import { read } from './read.value.ts';

describe('e-mail', () => {
  it.each([
    ['Ana.Ruiz@Example.test', 'ana.ruiz@example.test'],
    [' a@b.de\n', 'a@b.de'],
    ["o'neill+tag@sub.domain.co.uk", "o'neill+tag@sub.domain.co.uk"],
    ['jörg@müller.example', 'jörg@müller.example'],
    ['_x@1-1.museum', '_x@1-1.museum'],
    [`${'a'.repeat(88)}@example.org`, `${'a'.repeat(88)}@example.org`],
  ])('%j', (input, expected) => {
    expect(email(input)).toEqual(read.value(expected));
  });

  it.each([
    'no-at-sign',
    'a@b',
    '@b.de',
    'a@b.d',
    'a@-b.de',
    'a@b-.de',
    'a b@c.de',
    '.a@b.de',
    'a@b..de',
    'a@b.de.',
    'a@@b.de',
    'a@b.c0m',
    `${'a'.repeat(89)}@example.org`,
    'a@b.de, c@d.de',
    '<a@b.de>',
    5,
    {},
  ])('%j cannot be used', (input) => {
    expect(email(input)).toEqual(read.invalid);
  });

  it('is lower case, within 100 units, and stays as it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.emailAddress(), fc.mixedCase(fc.emailAddress()), fc.string()), (input) => {
        const result = email(input);
        if (result.is !== 'value') return;
        expect(result.value).toBe(result.value.toLowerCase());
        expect(result.value.length).toBeLessThanOrEqual(100);
        expect(email(result.value)).toEqual(result);
      }),
    );
  });

  it('is decided quickly for any text of its length', () => {
    const start = process.cpuUsage().user;
    expect(email(`a@${'a-'.repeat(48)}`)).toEqual(read.invalid);
    expect(process.cpuUsage().user - start).toBeLessThan(500_000);
  });
});

describe('phone', () => {
  it.each(['+34 600 111 222', '555-0104', '(030) 1234/56', '0800 FLOWERS 1', '+1.555.0100', 'x1', '1', '1'.repeat(30)])(
    '%j',
    (input) => {
      expect(phone(input)).toEqual(read.value(input));
    },
  );

  it('is cleaned as text', () => {
    expect(phone('\u00a0555\u20030104 ')).toEqual(read.value('555 0104'));
  });

  it.each(['n/a', 'none', '+', '-1', '1-', '1+2', '555_1', '٣٤٥', '1'.repeat(31), 555, true])(
    '%j cannot be used',
    (input) => {
      expect(phone(input)).toEqual(read.invalid);
    },
  );

  it('has a digit and only allowed characters', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('+', '0', '7', ' ', 'a', 'Z', '.', '-', '/', '(', ')', '_', '\t') }),
        (input) => {
          const result = phone(input);
          if (result.is !== 'value') return;
          expect(result.value).toMatch(/[0-9]/);
          expect(result.value).toMatch(/^[+0-9A-Za-z .\-/()]{1,30}$/);
        },
      ),
    );
  });
});

describe('URL', () => {
  it.each([
    'https://example.test',
    'http://a',
    'HTTPS://Example.Test/Path?x=1#y',
    'https://bücher.example/ä',
    'http://h:8080/x',
    'https://a?b=c@d',
    `https://e.test/${'x'.repeat(450 - 15)}`,
  ])('%j is sent as it is', (input) => {
    expect(url(input)).toEqual(read.value(input));
  });

  it.each([
    'example.test',
    'ftp://a',
    'https://',
    'https:///x',
    'https://user@host/',
    'https://a b',
    'https://a/b c',
    'javascript:x',
    `https://e.test/${'x'.repeat(451 - 15)}`,
    1,
  ])('%j cannot be used', (input) => {
    expect(url(input)).toEqual(read.invalid);
  });

  it('may be asked to be https', () => {
    expect(httpsUrl('HTTPS://a.test')).toEqual(read.value('HTTPS://a.test'));
    expect(httpsUrl('http://a.test')).toEqual(read.invalid);
    expect(httpsUrl(null)).toEqual(read.empty);
  });

  it('of a web address is that address', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (input) => {
        expect(url(input)).toEqual(input.length <= 450 ? read.value(input) : read.invalid);
      }),
    );
  });
});
