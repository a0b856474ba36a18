import fc from 'fast-check';
import { afterAnswer, afterRefusal, newConcurrency, withCap, type Concurrency } from './concurrency.policy.ts';

const answers = (state: Concurrency, count: number, busy = true): Concurrency =>
  Array.from({ length: count }).reduce<Concurrency>((each) => afterAnswer(each, { busy }), state);

describe('calls at a time', () => {
  it('begin at half of what the edition allows, and rise one by one', () => {
    expect(newConcurrency(20).limit).toBe(10);
    expect(answers(newConcurrency(20), 20).limit).toBe(11);
    expect(answers(newConcurrency(20), 2000).limit).toBe(20);
    expect(newConcurrency(1).limit).toBe(1);
  });

  it('rise only while the limit is felt', () => {
    expect(answers(newConcurrency(20), 2000, false).limit).toBe(10);
  });

  it('are halved by a refusal, down to one, and then rise slowly', () => {
    const cut = afterRefusal(newConcurrency(20), { startedAt: 5, now: 10 });
    expect(cut.limit).toBe(5);
    expect(answers(cut, 249).limit).toBe(5);
    expect(answers(cut, 250).limit).toBe(6);
    const low = [20, 30, 40, 50].reduce((state, now) => afterRefusal(state, { startedAt: now, now }), cut);
    expect(low.limit).toBe(1);
  });

  it('are halved once by many refusals of calls that went out together', () => {
    const first = afterRefusal(newConcurrency(20), { startedAt: 5, now: 10 });
    const second = afterRefusal(first, { startedAt: 5, now: 11 });
    expect(second.limit).toBe(5);
    expect(afterRefusal(second, { startedAt: 12, now: 13 }).limit).toBe(2);
  });

  it('follow another edition', () => {
    expect(withCap(answers(newConcurrency(20), 2000), 5)).toMatchObject({ limit: 5, cap: 5 });
    expect(withCap(newConcurrency(5), 20)).toMatchObject({ limit: 3, cap: 20 });
  });

  it('stay between one and the cap, whatever comes', () => {
    const step = fc.oneof(fc.record({ busy: fc.boolean() }), fc.record({ startedAt: fc.nat(99), now: fc.nat(99) }));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 25 }), fc.array(step), (cap, steps) => {
        let state = newConcurrency(cap);
        for (const each of steps) state = 'busy' in each ? afterAnswer(state, each) : afterRefusal(state, each);
        expect(state.limit).toBeGreaterThanOrEqual(1);
        expect(state.limit).toBeLessThanOrEqual(cap);
      }),
    );
  });

  it('waste less than one call in a hundred on refusals, wherever the real limit is', () => {
    for (const real of [1, 2, 3, 5, 8, 10, 19]) {
      let [state, refused] = [newConcurrency(20), 0];
      const calls = 20_000;
      for (let call = 0; call < calls; call += 1) {
        if (state.limit > real) {
          refused += 1;
          state = afterRefusal(state, { startedAt: call, now: call });
        } else state = afterAnswer(state, { busy: true });
      }
      expect(refused / calls).toBeLessThan(0.01);
    }
  });
});
