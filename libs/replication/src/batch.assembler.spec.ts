import { BatchAssembler } from './batch.assembler.ts';

interface Transaction {
  readonly at: bigint;
  readonly rows: string[];
  readonly skip?: number;
}

function feed(assembler: BatchAssembler<string>, { at, rows, skip = 0 }: Transaction): void {
  assembler.begin(at, skip);
  for (const row of rows) if (assembler.row()) assembler.add(row, 10);
  assembler.commit(at + 10n);
}

const drain = (assembler: BatchAssembler<string>): string[] => {
  const taken: string[] = [];
  for (let batch = assembler.take(); batch !== undefined; batch = assembler.take()) {
    taken.push(`${batch.records.join('')}@${batch.position.lsn}.${batch.position.ordinal}`);
  }
  return taken;
};

describe('batch assembler', () => {
  const limits = { bytes: 40, records: 100 };

  it.each<[string, Transaction[], string[]]>([
    ['nothing for nothing', [], []],
    ['nothing for an empty transaction', [{ at: 100n, rows: [] }], []],
    ['a lone event alone', [{ at: 100n, rows: ['a'] }], ['a@110.0']],
    [
      'small transactions together',
      [
        { at: 100n, rows: ['a', 'b'] },
        { at: 110n, rows: ['c'] },
      ],
      ['abc@120.0'],
    ],
    [
      'a transaction that does not fit any more in the next batch',
      [
        { at: 100n, rows: ['a', 'b'] },
        { at: 110n, rows: ['c', 'd', 'e'] },
      ],
      ['ab@110.0', 'cde@120.0'],
    ],
    [
      'a transaction larger than a batch in parts, with ordinals',
      [{ at: 100n, rows: 'abcdefghij'.split('') }],
      ['abcd@100.4', 'efgh@100.8', 'ij@110.0'],
    ],
    [
      'the rest of a split transaction, ordinals still those of the transaction',
      [{ at: 100n, rows: 'abcdefghij'.split(''), skip: 4 }],
      ['efgh@100.8', 'ij@110.0'],
    ],
    ['nothing for a transaction that is stored', [{ at: 100n, rows: ['a', 'b'], skip: Number.POSITIVE_INFINITY }], []],
  ])('makes %s', (_, transactions, batches) => {
    const assembler = new BatchAssembler<string>(limits);
    for (const transaction of transactions) feed(assembler, transaction);
    expect(drain(assembler)).toEqual(batches);
    expect(assembler.pendingBytes).toBe(0);
    expect(assembler.isEmpty).toBe(true);
  });

  it('gives no part of a transaction whose commit has not come, unless a batch is full', () => {
    const assembler = new BatchAssembler<string>(limits);
    feed(assembler, { at: 100n, rows: ['a'] });
    assembler.begin(200n, 0);
    for (const row of ['b', 'c']) if (assembler.row()) assembler.add(row, 10);
    expect(drain(assembler)).toEqual(['a@110.0']);
    expect(assembler.insideTransaction).toBe(true);
    expect(assembler.pendingBytes).toBe(20);
    assembler.commit(210n);
    expect(drain(assembler)).toEqual(['bc@210.0']);
  });

  it('closes a batch by number of records too', () => {
    const assembler = new BatchAssembler<string>({ bytes: 1000, records: 2 });
    feed(assembler, { at: 100n, rows: ['a', 'b', 'c'] });
    expect(drain(assembler)).toEqual(['ab@100.2', 'c@110.0']);
  });

  it('puts a record larger than a batch alone into one', () => {
    const assembler = new BatchAssembler<string>({ bytes: 5, records: 100 });
    feed(assembler, { at: 100n, rows: ['a', 'b'] });
    expect(drain(assembler)).toEqual(['a@100.1', 'b@110.0']);
  });
});
