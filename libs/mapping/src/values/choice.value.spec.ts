import fc from 'fast-check';
import { choice } from './choice.value.ts';
import { read } from './read.value.ts';

const role = choice({ student: 'Student', Observer: 'Observer', 'waiting on customer': 'Waiting' });
const tier = choice(['low', 'Medium']);

describe('choice', () => {
  it.each([
    ['student', 'Student'],
    [' STUDENT\n', 'Student'],
    ['observer', 'Observer'],
    ['Waiting  on\tCustomer', 'Waiting'],
  ])('%j means %j', (input, expected) => {
    expect(role(input)).toEqual(read.value(expected));
  });

  it.each([
    [tier('LOW'), read.value('low')],
    [tier('medium'), read.value('Medium')],
    [tier('high'), read.unlisted],
    [tier('constructor'), read.unlisted],
    [tier('__proto__'), read.unlisted],
    [tier(1), read.invalid],
    [tier(' '), read.empty],
    [tier(null), read.empty],
    [tier(undefined), read.absent],
  ])('reads the list (%#)', (actual, expected) => {
    expect(actual).toEqual(expected);
  });

  it('compares without case', () => {
    fc.assert(
      fc.property(fc.mixedCase(fc.constantFrom('student', 'observer')), (input) => {
        expect(role(input).is).toBe('value');
      }),
    );
  });
});
