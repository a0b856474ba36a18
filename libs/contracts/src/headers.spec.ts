import { headerText, type HeaderValue } from './headers.ts';

describe('headerText', () => {
  it.each<[string, HeaderValue, string | undefined]>([
    ['a buffer', Buffer.from('ä'), 'ä'],
    ['a text', 'a', 'a'],
    ['an empty buffer', Buffer.alloc(0), ''],
    ['nothing', undefined, undefined],
    ['of a repeated header the last', [Buffer.from('a'), 'b'], 'b'],
    ['an empty list', [], undefined],
  ])('reads %s', (_what, value, expected) => {
    expect(headerText({ ce_id: value }, 'ce_id')).toBe(expected);
  });

  it('gives nothing for a header that is not there', () => {
    expect(headerText({}, 'ce_id')).toBeUndefined();
  });
});
