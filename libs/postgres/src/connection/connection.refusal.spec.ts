import { CausewayError } from '#contracts';
import { connectionRefusal } from './connection.refusal.ts';

const settings = { host: 'db', port: 5432, user: 'app', database: 'shop', sslmode: 'verify-full' } as const;
const coded = (code: string, message = 'x'): Error => Object.assign(new Error(message), { code });

describe('a connection that is refused', () => {
  it.each<[string, unknown, string, string | null]>([
    ['wrong password', coded('28P01'), 'POSTGRES_ACCESS_DENIED', 'password'],
    [
      'no password given',
      new Error('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string'),
      'POSTGRES_ACCESS_DENIED',
      'password',
    ],
    ['no such role', coded('28000'), 'POSTGRES_ACCESS_DENIED', null],
    ['no such database', coded('3D000'), 'POSTGRES_ACCESS_DENIED', null],
    ['no right to connect', coded('42501'), 'POSTGRES_ACCESS_DENIED', null],
    [
      'no certificate',
      coded('28000', 'connection requires a valid client certificate'),
      'POSTGRES_TLS_REFUSED',
      'sslcert',
    ],
    ['an unknown authority', coded('SELF_SIGNED_CERT_IN_CHAIN'), 'POSTGRES_TLS_REFUSED', 'sslrootcert'],
    ['another name', coded('ERR_TLS_CERT_ALTNAME_INVALID'), 'POSTGRES_TLS_REFUSED', 'host'],
    [
      'a server without TLS',
      new Error('The server does not support SSL connections'),
      'POSTGRES_TLS_REFUSED',
      'sslmode',
    ],
  ])('%s', (...given) => {
    const [, error, code, setting] = given;
    const refusal = connectionRefusal(error, settings);
    expect(refusal).toMatchObject({ code, cause: error, details: { host: 'db', user: 'app', setting } });
  });

  it('speaks of sslmode when plain text was chosen and is not let in', () => {
    const error = coded('28000', 'no pg_hba.conf entry for host "h", user "app", database "shop", no encryption');
    expect(connectionRefusal(error, { ...settings, sslmode: 'disable' })).toMatchObject({
      code: 'POSTGRES_TLS_REFUSED',
    });
    expect(connectionRefusal(error, { ...settings, sslmode: 'prefer' })).toMatchObject({
      code: 'POSTGRES_ACCESS_DENIED',
    });
  });

  it.each([
    ['a server that is away', coded('ECONNREFUSED')],
    ['one that starts', coded('57P03')],
    ['a statement that fails', coded('23505')],
    ['a slot in use', coded('55006')],
    ['one of ours already', new CausewayError('SLOT_LOST')],
    ['nonsense', 'boom'],
  ])('is not %s', (_, error) => {
    expect(connectionRefusal(error, settings)).toBeUndefined();
  });
});
