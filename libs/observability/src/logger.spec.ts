import { runInNewContext } from 'node:vm';
import { CausewayError } from '#contracts';
import { capturedLogger } from '#testing';
import { errorFields } from './logger.ts';
import { SECRET_NAMES } from './redaction.ts';

const SECRET = 's3cret';

/** The one line that a call writes. */
function lineOf(log: (logger: ReturnType<typeof capturedLogger>['logger']) => void): Record<string, unknown> {
  const { logger, lines } = capturedLogger();
  log(logger);
  expect(lines).toHaveLength(1);
  return lines[0] ?? {};
}

describe('createLogger', () => {
  it('knows what payloads and secrets are called', () => {
    expect(SECRET_NAMES.size).toBe(17);
    for (const name of ['payload', 'data', 'fields', 'body', 'token', 'password', 'refreshToken', 'client_secret']) {
      expect(SECRET_NAMES).toContain(name);
    }
  });

  it('writes one JSON object a line, with level, time and service', () => {
    const line = lineOf((logger) => logger.warn({ commandId: '7' }, 'a command was parked'));
    expect(line).toMatchObject({ level: 'warn', service: 'spec', commandId: '7', msg: 'a command was parked' });
    expect(new Date(String(line['time'])).toISOString()).toBe(line['time']);
  });

  it.each([...SECRET_NAMES])('never writes what is called %s', (name) => {
    const line = JSON.stringify(
      lineOf((logger) => logger.info({ eventId: 'e1', [name]: SECRET, a: { [name]: SECRET } })),
    );
    expect(line).not.toContain(SECRET);
    expect(line).toContain('[redacted]');
    expect(line).toContain('e1');
  });

  it('never writes an object of that name either', () => {
    const line = lineOf((logger) => logger.info({ payload: { email: SECRET }, fields: [SECRET] }));
    expect(line).toMatchObject({ payload: '[redacted]', fields: '[redacted]' });
  });

  it('regression: looks deeper than two levels, into lists, child loggers and errors', () => {
    expect(JSON.stringify(lineOf((logger) => logger.info({ a: { b: { c: [{ payload: SECRET }] } } })))).not.toContain(
      SECRET,
    );
    expect(JSON.stringify(lineOf((logger) => logger.child({ token: SECRET }).info('x')))).not.toContain(SECRET);
    const err = Object.assign(new Error('no'), { body: SECRET });
    const line = lineOf((logger) => logger.error({ err }, 'x'));
    expect(JSON.stringify(line)).not.toContain(SECRET);
    expect(line['err']).toMatchObject({ type: 'Error', message: 'no' });
  });

  it('leaves out what lies too deep instead of following it for ever', () => {
    const ring: Record<string, unknown> = { id: 1 };
    ring['self'] = ring;
    expect(JSON.stringify(lineOf((logger) => logger.info({ ring })))).toContain('[redacted]');
  });

  it('leaves other values as they are', () => {
    const at = new Date(0);
    const line = lineOf((logger) => logger.info({ at, count: 3, none: null, list: ['a', { b: 1 }] }));
    expect(line).toMatchObject({ at: at.toISOString(), count: 3, none: null, list: ['a', { b: 1 }] });
  });
});

describe('errorFields', () => {
  it.each<[string, unknown, { code: string; reason: string }]>([
    [
      'of the catalogue',
      new CausewayError('SLOT_LOST'),
      { code: 'SLOT_LOST', reason: new CausewayError('SLOT_LOST').message },
    ],
    [
      'of the system',
      Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }),
      { code: 'ECONNREFUSED', reason: 'refused' },
    ],
    ['with a number for a code', Object.assign(new Error('x'), { code: 5 }), { code: 'Error', reason: 'x' }],
    ['of a class', new TypeError('x is no function'), { code: 'TypeError', reason: 'x is no function' }],
    ['of another realm', runInNewContext(`new RangeError('too deep')`), { code: 'RangeError', reason: 'too deep' }],
    ['that is none', 'no', { code: 'UNKNOWN', reason: 'no' }],
    ['that is nothing', undefined, { code: 'UNKNOWN', reason: 'undefined' }],
  ])('of an error %s', (_what, error, fields) => {
    expect(errorFields(error)).toEqual(fields);
  });
});
