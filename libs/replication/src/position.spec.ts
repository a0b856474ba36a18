import fc from 'fast-check';
import { comparePositions, decodePosition, encodePosition } from './position.ts';

const place = fc.record({ lsn: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), ordinal: fc.nat() });

describe('position', () => {
  it('reads what it writes', () => {
    fc.assert(
      fc.property(place, ({ lsn, ordinal }) => {
        const stored = {
          generation: 'g1',
          systemId: '7',
          timeline: 1,
          storedAt: '2026-01-02T03:04:05.678Z',
          lsn,
          ordinal,
        };
        expect(decodePosition(encodePosition(stored))).toEqual(stored);
      }),
    );
  });

  it.each(['', '{}', '[]', '{"generation":"g","lsn":"x","ordinal":0}', '{"generation":"g","lsn":"0/1","ordinal":-1}'])(
    'refuses %j',
    (text) => {
      expect(() => decodePosition(Buffer.from(text))).toThrow(
        expect.objectContaining({ name: expect.stringMatching(/^(SyntaxError|ZodError)$/) as string }),
      );
    },
  );

  it('orders a split transaction between the end before it and its own end', () => {
    const [endBefore, commitRecord, end] = [100n, 100n, 140n];
    const inOrder = [
      { lsn: endBefore, ordinal: 0 },
      { lsn: commitRecord, ordinal: 1 },
      { lsn: commitRecord, ordinal: 2 },
      { lsn: end, ordinal: 0 },
    ];
    expect(inOrder.toReversed().toSorted(comparePositions)).toEqual(inOrder);
  });
});
