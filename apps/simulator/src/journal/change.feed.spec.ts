import { ChangeFeed } from './change.feed.ts';
import type { StateChange } from './state.change.ts';

describe('change feed', () => {
  const shift = (milliseconds: number): StateChange => ({ kind: 'clock', shift: milliseconds });

  it('keeps nothing before somebody takes it', () => {
    const feed = new ChangeFeed();
    const units: unknown[] = [];
    feed.emit(shift(1));
    feed.drainTo((unit) => units.push([...unit]));
    feed.commit();
    feed.emit(shift(2));
    feed.emit(shift(3));
    feed.commit();
    feed.commit();
    expect(units).toEqual([[shift(2), shift(3)]]);
  });

  it('lets a failure reach who commits, and hands over the same changes with the next unit', () => {
    const feed = new ChangeFeed();
    const units: unknown[] = [];
    let full = true;
    feed.drainTo((unit) => {
      if (full) throw new Error('disk full');
      units.push([...unit]);
    });
    feed.emit(shift(1));
    expect(() => feed.commit()).toThrow('disk full');
    full = false;
    feed.emit(shift(2));
    feed.commit();
    expect(units).toEqual([[shift(1), shift(2)]]);
  });
});
