import { Health } from './health.ts';

describe('Health', () => {
  it('is ready when all parts are', () => {
    const health = new Health();
    health.set('mapper', { ready: true });
    health.set('dispatcher', { ready: true });
    expect(health.report()).toEqual({ ready: true, parts: { mapper: 'ok', dispatcher: 'ok' } });
  });

  it('is ready while a part waits in order, and says why', () => {
    const health = new Health();
    health.set('mapper', { ready: true, note: 'waits for the dispatcher' });
    expect(health.report()).toEqual({ ready: true, parts: { mapper: 'waits for the dispatcher' } });
  });

  it('is not ready while one is not, and says why', () => {
    const health = new Health();
    health.set('mapper', { ready: true });
    health.set('dispatcher', { ready: false, reason: 'no connection' });
    expect(health.report()).toEqual({ ready: false, parts: { mapper: 'ok', dispatcher: 'no connection' } });
    health.set('dispatcher', { ready: true });
    expect(health.report().ready).toBe(true);
  });

  it('is ready with a note, which stands in the place of ok', () => {
    const health = new Health();
    health.set('connection c1', { ready: true, note: 'commands wait: quiet' });
    expect(health.report()).toEqual({ ready: true, parts: { 'connection c1': 'commands wait: quiet' } });
  });
});
