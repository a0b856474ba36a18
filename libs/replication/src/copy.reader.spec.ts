import fc from 'fast-check';
import { CopyReader } from './copy.reader.ts';

interface Message {
  readonly type: string;
  readonly body: Buffer;
}

function encode({ type, body }: Message): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 'latin1');
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

interface Reading {
  readonly frames: Buffer[];
  readonly others: Buffer[];
  readonly broken: RangeError[];
  readonly reader: CopyReader;
}

function reading(): Reading {
  const [frames, others, broken]: [Buffer[], Buffer[], RangeError[]] = [[], [], []];
  const reader = new CopyReader({
    onChunk: () => undefined,
    onFrame: (buffer, start, end) => frames.push(buffer.subarray(start, end)),
    onOther: (message) => others.push(Buffer.from(message)),
    onBroken: (error) => broken.push(error),
  });
  return { frames, others, broken, reader };
}

const message: fc.Arbitrary<Message> = fc.record({
  type: fc.constantFrom('d', 'd', 'd', 'N', 'c'),
  body: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
});

describe('copy reader', () => {
  it('gives every message once and whole, wherever the chunks are cut; frames are not written over later', () => {
    fc.assert(
      fc.property(fc.array(message), fc.array(fc.nat({ max: 30 }), { minLength: 1 }), (messages, cuts) => {
        const { frames, others, broken, reader } = reading();
        const stream = Buffer.concat(messages.map(encode));
        let at = 0;
        for (let cut = 0; at < stream.length; cut += 1) {
          const end = at + 1 + (cuts[cut % cuts.length] ?? 0);
          reader.push(Buffer.from(stream.subarray(at, end)));
          at = end;
        }
        expect(frames).toEqual(messages.filter(({ type }) => type === 'd').map(({ body }) => body));
        expect(others).toEqual(messages.filter(({ type }) => type !== 'd').map(encode));
        expect(broken).toEqual([]);
      }),
    );
  });

  it('says that a length cannot be, and reads no further', () => {
    const { frames, broken, reader } = reading();
    reader.push(Buffer.concat([Buffer.from('d'), Buffer.alloc(4), encode({ type: 'd', body: Buffer.from('after') })]));
    expect(broken).toHaveLength(1);
    expect(frames).toEqual([]);
  });
});
