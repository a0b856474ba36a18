import { isTaken } from './content.policy.ts';

it.each<[string | undefined, boolean]>([
  ['application/json', true],
  ['application/json;charset=UTF-8', true],
  ['Application/JSON ; charset=utf-8', true],
  ['application/vnd.zoho+json', true],
  ['text/plain; charset=utf-8', true],
  ['application/x-www-form-urlencoded', true],
  ['application/octet-stream', true],
  ['', true],
  [undefined, true],
  ['application/jsonx', false],
  ['text/xml', false],
  ['multipart/form-data; boundary=x', false],
  ['image/png', false],
  ['something/else', false],
])('a body of type %j is taken: %s', (type, taken) => {
  expect(isTaken(type)).toBe(taken);
});
