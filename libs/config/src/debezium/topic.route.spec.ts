import { compileRoute } from './topic.route.ts';

const DEFAULTS = { regex: '(?<routedByValue>.*)', replacement: 'outbox.event.${routedByValue}' };

describe('topic route', () => {
  it.each([
    ['order', 'outbox.event.order'],
    ['', 'outbox.event.'],
    ['$1\\x', 'outbox.event.$1\\x'],
  ])('puts %j into the default name', (value, topic) => {
    expect(compileRoute(DEFAULTS)(value)).toBe(topic);
  });

  // Seen of the real router (npm run compat -- debezium).
  it.each([
    ['order.v2', '([a-z]+)[.-](?<rest>.*)', '$1_${rest}_\\-$10', 'order_v2_-order0'],
    ['order', '([a-z]+)[.-](?<rest>.*)', '$1', 'order'],
    ['a.b.c', '(?<routedByValue>[^.]*)|.*', 'to.${routedByValue}.all', 'to.a.all.b.c'],
    ['x', '(a)?x', 'to-$1', 'to-'],
    ['x', 'x', 'a\\$b\\\\', 'a$b\\'],
    ['b', '(a)|b', '<$1$0>', '<b>'],
  ])('of %s by %s and %s is %s', (...[value, regex, replacement, topic]) => {
    expect(compileRoute({ regex, replacement })(value)).toBe(topic);
  });

  it.each([
    ['(?i)order', 'x', /flags/],
    ['(?>a)', 'x', /flags/],
    ['a++', 'x', /possessive/],
    [String.raw`\Qa.b\E`, 'x', /of Java alone/],
    [String.raw`\p{Alpha}`, 'x', /of Java alone/],
    ['[a-z&&[^b]]', 'x', /classes within/],
    ['(', 'x', /route\.topic\.regex/],
    ['a', '${b}', /names no group .* "\$\{b\}"/],
    ['(a)', '$2', /names no group/],
    ['a', 'b$', /names no group/],
    ['a', 'b\\', /names no group/],
  ])('refuses %s with %s', (regex, replacement, problem) => {
    expect(() => compileRoute({ regex, replacement })).toThrow(problem);
  });
});
