import { rejected, throttled, unavailable } from '../failure.make.ts';
import { silentLogger } from '../testing/silent.logger.ts';
import type { IssuedToken, NotIssued } from './token.answer.ts';
import { createMemoryLock, createMemoryTokenStore } from './token.memory.ts';
import { createTokenSource } from './token.source.ts';
import type { TokenSource, TokenStore, WithLock } from './token.types.ts';

const HOUR = 3_600_000;
const API = 'https://api.example';

/** One connection: a store and a lock that replicas share, a clock that the spec moves, and an endpoint with a script. */
function connection(script: (tries: number) => IssuedToken | NotIssued = (tries) => token(`t${tries}`)) {
  const state = { now: 1_000_000, tries: 0, store: createMemoryTokenStore(), withLock: createMemoryLock() };
  const replica = (own: { store?: TokenStore; withLock?: WithLock; grant?: string } = {}): TokenSource =>
    createTokenSource({
      grant: own.grant ?? 'g',
      allowed: new Set([API]),
      store: own.store ?? state.store,
      withLock: own.withLock ?? state.withLock,
      mint: async () => {
        state.tries += 1;
        const issued = script(state.tries);
        await Promise.resolve();
        return issued;
      },
      clock: () => state.now,
      random: () => 0.5,
      logger: silentLogger,
    });
  return { state, replica };
}
const token = (accessToken: string, life = HOUR): IssuedToken => ({
  kind: 'issued',
  accessToken,
  apiDomain: API,
  life,
});
const refusal = (failure: NotIssued['failure'], counted = true): NotIssued => ({
  kind: 'not_issued',
  failure,
  counted,
});
const grant = (accessToken: string) => ({ kind: 'grant', accessToken, apiDomain: API });

describe('one refresh at a time', () => {
  it('serves any number of callers of one process with one token', async () => {
    const { state, replica } = connection();
    const source = replica();
    const grants = await Promise.all(Array.from({ length: 50 }, () => source.current()));
    expect(new Set(grants.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(state.tries).toBe(1);
  });

  it('serves all replicas with one token: whoever waited takes what the other fetched', async () => {
    const { state, replica } = connection();
    const grants = await Promise.all(Array.from({ length: 8 }, () => replica().current()));
    expect(grants).toEqual(grants.map(() => grant('t1')));
    expect(state.tries).toBe(1);
  });

  it('renews a refused token once for all who report it', async () => {
    const { state, replica } = connection();
    const [a, b] = [replica(), replica()];
    await Promise.all([a.current(), b.current()]);
    const renewed = await Promise.all([a.renew('t1'), a.renew('t1'), b.renew('t1')]);
    expect(renewed).toEqual([grant('t2'), grant('t2'), grant('t2')]);
    expect(state.tries).toBe(2);
  });

  it('does not renew for a call that still carried the token before', async () => {
    const { state, replica } = connection();
    const source = replica();
    await source.current();
    await source.renew('t1');
    expect(await source.renew('t1')).toEqual(grant('t2'));
    expect(state.tries).toBe(2);
  });
});

describe('before and after expiry', () => {
  it('fetches the next token while the present one is still good', async () => {
    const { state, replica } = connection();
    const source = replica();
    await source.current();
    state.now += HOUR - 181_000;
    expect(await source.current()).toEqual(grant('t1'));
    state.now += 1_000;
    expect(await source.current()).toEqual(grant('t2'));
  });

  it('uses the present token on while it is good and the endpoint is not', async () => {
    const { state, replica } = connection((tries) => (tries === 1 ? token('t1') : refusal(unavailable('HTTP_500'))));
    const source = replica();
    await source.current();
    state.now += HOUR - 120_000;
    expect(await source.current()).toEqual(grant('t1'));
    expect(await source.current()).toEqual(grant('t1'));
    expect(state.tries).toBe(2);
    state.now += 70_000;
    expect(await source.current()).toMatchObject({ kind: 'unavailable', reason: 'HTTP_500' });
  });

  it('keeps a token that is still good when the store was emptied and the endpoint does not answer', async () => {
    const { state, replica } = connection((tries) => (tries === 1 ? token('t1') : refusal(unavailable('HTTP_500'))));
    const store = createMemoryTokenStore();
    let emptied = false;
    const source = replica({ store: { ...store, read: () => (emptied ? Promise.resolve(null) : store.read()) } });
    await source.current();
    emptied = true;
    state.now += HOUR - 120_000;
    expect(await source.current()).toEqual(grant('t1'));
  });

  it('starts from a stored token that is still good, and from none of another grant or another host', async () => {
    const { state, replica } = connection();
    await replica().current();
    expect(await replica().current()).toEqual(grant('t1'));
    expect(await replica({ grant: 'after a new consent' }).current()).toEqual(grant('t2'));
    const stored = await state.store.read();
    if (stored === null) throw new Error('nothing was stored');
    await state.store.write({ ...stored, grant: 'g', apiDomain: 'https://evil.example' });
    expect(await replica().current()).toEqual(grant('t3'));
  });
});

describe('refusals', () => {
  it('stops at a revoked grant without asking again at every call', async () => {
    const revoked = rejected('invalid_code', { code: 'CRM_GRANT_REVOKED', concerns: 'connection' });
    const { state, replica } = connection(() => refusal(revoked));
    const source = replica();
    for (let call = 0; call < 20; call += 1) expect(await source.current()).toEqual(revoked);
    expect(state.tries).toBe(1);
    state.now += 61_000;
    expect(await source.current()).toEqual(revoked);
    expect(state.tries).toBe(2);
  });

  it('waits out a lock-out in every replica, longer after each, and goes on after it', async () => {
    const { state, replica } = connection((tries) =>
      tries <= 2 ? refusal(throttled('TOKENS_REFUSED', { cause: 'tokens' })) : token(`t${tries}`),
    );
    const locked = await replica().current();
    expect(locked).toMatchObject({ kind: 'throttled', cause: 'tokens', until: state.now + 615_000 });
    expect(await replica().current()).toMatchObject({ kind: 'throttled' });
    expect(state.tries).toBe(1);
    state.now += 616_000;
    const again = await replica().current();
    expect(again).toMatchObject({ kind: 'throttled', until: state.now + 1_215_000 });
    state.now += 1_216_000;
    expect(await replica().current()).toEqual(grant('t3'));
  });

  it('asks ten times in ten minutes at most, and says until when it waits', async () => {
    const { state, replica } = connection();
    const source = replica();
    const start = state.now;
    let accessToken = '';
    for (let tries = 0; tries < 10; tries += 1) {
      const granted = accessToken === '' ? await source.current() : await source.renew(accessToken);
      if (granted.kind === 'grant') ({ accessToken } = granted);
      state.now += 1_000;
    }
    expect(state.tries).toBe(10);
    expect(await source.renew(accessToken)).toMatchObject({
      kind: 'throttled',
      cause: 'tokens',
      until: start + 600_000,
    });
    expect(state.tries).toBe(10);
    state.now = start + 600_000;
    expect(await source.current()).toEqual(grant('t11'));
  });

  it('does not count tries that never left: a server that is down for long does not lock us out', async () => {
    const { state, replica } = connection((tries) =>
      tries <= 30 ? refusal(unavailable('ECONNREFUSED'), false) : token('t'),
    );
    const source = replica();
    for (let tries = 0; tries < 30; tries += 1) {
      expect(await source.current()).toMatchObject({ kind: 'unavailable', reason: 'ECONNREFUSED' });
      state.now += 1_001;
    }
    expect(await source.current()).toEqual(grant('t'));
  });

  it('is unavailable while the store or the lock does not answer, and recovers at once', async () => {
    const { state, replica } = connection();
    let broken = true;
    const store: TokenStore = {
      read: () => (broken ? Promise.reject(new Error('connection terminated')) : state.store.read()),
      write: (next) => state.store.write(next),
    };
    const withLock: WithLock = (work) => (broken ? Promise.reject(new Error('lock timeout')) : work());
    const [first, second] = [replica({ store }), replica({ withLock })];
    expect(await first.current()).toMatchObject({ kind: 'unavailable', reason: 'TOKEN_STORE' });
    expect(await second.current()).toMatchObject({ kind: 'unavailable', reason: 'TOKEN_STORE' });
    broken = false;
    expect(await first.current()).toEqual(grant('t1'));
    expect(await second.current()).toEqual(grant('t1'));
  });
});
