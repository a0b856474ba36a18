import { allowedApiOrigins, DATA_CENTRES, dataCentreOf, originOf } from './data-centre.ts';

it('knows each accounts host once (reference 1.6)', () => {
  expect(new Set(DATA_CENTRES.map((centre) => centre.accountsUrl)).size).toBe(9);
  expect(dataCentreOf('https://accounts.zohocloud.ca/')?.apiHost).toBe('zohoapis.ca');
  expect(dataCentreOf('https://accounts.zoho.eu/oauth/v2/token')?.name).toBe('eu');
  expect(dataCentreOf('http://accounts.zoho.eu')).toBeNull();
  expect(dataCentreOf('http://127.0.0.1:4010')).toBeNull();
  expect(dataCentreOf('nonsense')).toBeNull();
});

it('never mixes data centres', () => {
  const all = DATA_CENTRES.flatMap((centre) => [...allowedApiOrigins(centre.accountsUrl)]);
  expect(new Set(all).size).toBe(27);
  expect([...allowedApiOrigins('https://accounts.zoho.in')]).toEqual([
    'https://www.zohoapis.in',
    'https://sandbox.zohoapis.in',
    'https://developer.zohoapis.in',
  ]);
});

it('allows what the settings add, in canonical form, and nothing for an unknown accounts host', () => {
  expect([...allowedApiOrigins('http://127.0.0.1:4010')]).toEqual([]);
  expect([...allowedApiOrigins('http://127.0.0.1:4010', ['http://127.0.0.1:4010/crm/', 'nonsense'])]).toEqual([
    'http://127.0.0.1:4010',
  ]);
});

it.each([
  ['https://WWW.zohoapis.eu:443/x', 'https://www.zohoapis.eu'],
  ['mailto:a@b.example', null],
  ['', null],
])('the origin of %j is %j', (url, origin) => {
  expect(originOf(url)).toBe(origin);
});
