import { tokenOf } from './body.token.ts';

it.each<[string, string, string]>([
  ['a notification', '{"module":"Leads","ids":["1"],"channel_id":"1","token":"s3cret"}', 's3cret'],
  ['other JSON', '{"token":"s3cret"}', 's3cret'],
  ['JSON that is cut off', '{"module":"Leads","token" : "s3cret","ids":["1"', 's3cret'],
  ['a form', 'module=Leads&token=s3cret&ids=1', 's3cret'],
  ['a form that begins with it', 'token=s3cret', 's3cret'],
  ['a null token', '{"module":"Leads","ids":["1"],"channel_id":"1","token":null}', ''],
  ['a number', '{"token":5}', ''],
  ['a list', '[]', ''],
  ['nothing', '', ''],
  ['another field', 'mytoken=guess', ''],
])('finds the token of %s', (_what, body, token) => {
  expect(tokenOf(Buffer.from(body))).toBe(token);
});
