import { HolderWatch, type Holder } from './holder.watch.ts';

const idle: Holder = { pid: 1, replyTime: 'a', waitEvent: 'WalSenderMain' };

describe('the holder of a slot', () => {
  it.each<[string, number, [Holder, number][], boolean]>([
    ['seen for the first time', 10, [[idle, 0]], false],
    [
      'silent, but not for long',
      10,
      [
        [idle, 0],
        [idle, 9],
      ],
      false,
    ],
    [
      'silent for too long',
      10,
      [
        [idle, 0],
        [idle, 10],
      ],
      true,
    ],
    [
      'silent behind a full socket',
      10,
      [
        [{ ...idle, waitEvent: 'WalSenderWriteData' }, 0],
        [{ ...idle, waitEvent: 'WalSenderWriteData' }, 11],
      ],
      true,
    ],
    [
      'spoke meanwhile',
      10,
      [
        [idle, 0],
        [{ ...idle, replyTime: 'b' }, 9],
        [{ ...idle, replyTime: 'b' }, 18],
      ],
      false,
    ],
    [
      'another process',
      10,
      [
        [idle, 0],
        [{ ...idle, pid: 2 }, 10],
      ],
      false,
    ],
    [
      'in the midst of decoding, where the server does not listen',
      10,
      [
        [idle, 0],
        [{ ...idle, waitEvent: null }, 10],
      ],
      false,
    ],
    [
      'listens again, so it is watched anew',
      10,
      [
        [idle, 0],
        [{ ...idle, waitEvent: null }, 9],
        [idle, 15],
      ],
      false,
    ],
    [
      'never to be taken away',
      0,
      [
        [idle, 0],
        [idle, 1e9],
      ],
      false,
    ],
  ])('%s', (...[, deadAfter, looks, expected]) => {
    const watch = new HolderWatch(deadAfter);
    const seen = looks.map(([holder, now]) => watch.isDead(holder, now));
    expect(seen.at(-1)).toBe(expected);
  });
});
