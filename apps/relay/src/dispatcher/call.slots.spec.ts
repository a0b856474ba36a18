import { CallSlots } from './call.slots.ts';

const gate = () => Promise.withResolvers<void>();

describe('CallSlots', () => {
  it('runs so many at a time, the others in their order', async () => {
    const slots = new CallSlots(2);
    const gates = [gate(), gate(), gate(), gate()];
    const began: number[] = [];
    const runs = gates.map(({ promise }, index) =>
      slots.run(() => {
        began.push(index);
        return promise;
      }),
    );
    expect(began).toEqual([0, 1]);
    gates[1]?.resolve();
    await runs[1];
    expect(began).toEqual([0, 1, 2]);
    for (const { resolve } of gates) resolve();
    await Promise.all(runs);
    expect(began).toEqual([0, 1, 2, 3]);
  });

  it('says when a slot is free that nobody waits for, and when nothing runs', async () => {
    const slots = new CallSlots(1);
    const [first, second] = [gate(), gate()];
    const runs = [slots.run(() => first.promise), slots.run(() => second.promise)];
    const heard: string[] = [];
    const all = Promise.all([slots.free().then(() => heard.push('free')), slots.idle().then(() => heard.push('idle'))]);
    first.resolve();
    await runs[0];
    expect(heard).toEqual([]);
    second.resolve();
    await all;
    expect(heard.toSorted()).toEqual(['free', 'idle']);
  });

  it('gives the slot back after an error', async () => {
    const slots = new CallSlots(1);
    await expect(slots.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await slots.run(() => Promise.resolve());
    await slots.free();
  });
});
