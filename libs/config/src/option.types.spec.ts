import fc from 'fast-check';
import type { OptionType } from './option.ts';
import {
  boolean,
  bytes,
  duration,
  integer,
  json,
  list,
  oneOf,
  optionalText,
  optionalUrl,
  text,
  url,
} from './option.types.ts';

const size = json('a size', (value) => {
  if (typeof value !== 'number') throw new Error('no number');
  return value;
});

const GOOD: [type: OptionType<unknown>, given: string, value: unknown][] = [
  [text, ' a b ', ' a b '],
  [text, '', ''],
  [optionalText, '', undefined],
  [optionalText, 'a', 'a'],
  [url, 'http://localhost:8080', 'http://localhost:8080'],
  [url, 'https://crm.example/base/', 'https://crm.example/base'],
  [optionalUrl, '', undefined],
  [optionalUrl, 'https://crm.example/', 'https://crm.example'],
  [boolean, 'true', true],
  [boolean, 'false', false],
  [integer(0, 65_535), '0', 0],
  [integer(0, 65_535), '65535', 65_535],
  [integer(-5, 5), '-5', -5],
  [duration, '0ms', 0],
  [duration, '500ms', 500],
  [duration, '30s', 30_000],
  [duration, '5m', 300_000],
  [duration, '24h', 86_400_000],
  [duration, '7d', 604_800_000],
  [bytes, '10b', 10],
  [bytes, '900kb', 921_600],
  [bytes, '16MB', 16_777_216],
  [bytes, '1gb', 1_073_741_824],
  [list, '', []],
  [list, 'a', ['a']],
  [list, ' a , b ,, c', ['a', 'b', 'c']],
  [oneOf('info', 'warn'), 'warn', 'warn'],
  [size, '5', 5],
];

const BAD: [type: OptionType<unknown>, given: string, must: string][] = [
  [url, 'localhost', 'a URL such as'],
  [url, '', 'a URL such as'],
  [optionalUrl, 'somewhere', 'a URL such as'],
  [boolean, 'yes', 'true or false'],
  [boolean, 'TRUE', 'true or false'],
  [boolean, '', 'true or false'],
  [integer(1, 10), '0', 'a whole number, 1 to 10'],
  [integer(1, 10), '11', 'a whole number, 1 to 10'],
  [integer(1, 10), '1.5', 'a whole number'],
  [integer(1, 10), '1e1', 'a whole number'],
  [integer(1, 10), '', 'a whole number'],
  [integer(1, 10), ' 5', 'a whole number'],
  [duration, '30', 'a duration such as'],
  [duration, '30 s', 'a duration such as'],
  [duration, '1.5h', 'a duration such as'],
  [duration, '-1s', 'a duration such as'],
  [duration, '', 'a duration such as'],
  [bytes, '16', 'a size such as'],
  [bytes, '16m', 'a size such as'],
  [oneOf('info', 'warn'), 'WARN', 'one of info, warn'],
  [size, '"5"', 'a size, as JSON'],
  [size, '{', 'a size, as JSON'],
];

describe('option types', () => {
  it.each(GOOD)('$name reads %j', (type, given, value) => {
    expect(type.parse(given)).toEqual(value);
  });

  it.each(BAD)('$name refuses %j', (type, given, must) => {
    expect(() => type.parse(given)).toThrow(must);
  });

  it('give whole numbers back that are in range', () => {
    fc.assert(fc.property(fc.integer(), (value) => expect(integer(-(2 ** 31), 2 ** 31).parse(`${value}`)).toBe(value)));
  });

  it('agree on durations whatever the unit', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1000 }), (days) => {
        expect(duration.parse(`${days}d`)).toBe(duration.parse(`${days * 24}h`));
        expect(duration.parse(`${days}h`)).toBe(duration.parse(`${days * 60}m`));
        expect(duration.parse(`${days}m`)).toBe(duration.parse(`${days * 60_000}ms`));
      }),
    );
  });

  it('give lists back that were joined', () => {
    const names = fc.array(fc.stringMatching(/^[a-z0-9.:-]+$/));
    fc.assert(fc.property(names, (given) => expect(list.parse(given.join(', '))).toEqual(given)));
  });
});
