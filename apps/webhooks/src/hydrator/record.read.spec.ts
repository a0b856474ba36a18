import type { DeletedRecord, Failure, ZohoRecord } from '#zoho';
import { readRecords, type RecordReader } from './record.read.ts';

const marked = new Date('2026-03-01T10:00:00Z');
const unavailable: Failure = { kind: 'unavailable', code: 'CRM_UNAVAILABLE', reason: 'HTTP 500' };
const gone = (id: string): DeletedRecord => ({ id, type: 'recycle', deletedAt: marked.getTime(), deletedBy: null });

class FakeReader implements RecordReader {
  records: ZohoRecord[] = [];
  /** Pages of the list of deleted records. */
  pages: DeletedRecord[][] = [[]];
  failure: Failure | null = null;
  readonly asked: { module: string; since: Date; page: number }[] = [];

  getByIds: RecordReader['getByIds'] = () => Promise.resolve({ kind: 'ok', records: this.records });

  deleted: RecordReader['deleted'] = (module, { since, page = 1 }) => {
    this.asked.push({ module, since, page });
    if (this.failure !== null) return Promise.resolve(this.failure);
    const nextPage = page < this.pages.length ? page + 1 : null;
    return Promise.resolve({ kind: 'ok', records: this.pages[page - 1] ?? [], nextPage });
  };
}

const read = (crm: FakeReader, { ids, ours = ids }: { ids: string[]; ours?: string[] }) =>
  readRecords(crm, {
    batch: {
      connectionId: 'c1',
      module: 'Leads',
      records: ids.map((recordId) => ({ recordId, marks: '1', firstMarkedAt: marked, reason: 'notification' })),
    },
    fields: ['Phone'],
    ours: new Set(ours),
  });

it('asks for no deletions where everything is there', async () => {
  const crm = new FakeReader();
  crm.records = [{ id: '1' }, { id: '2' }];
  expect(await read(crm, { ids: ['1', '2'] })).toMatchObject({ kind: 'ok', deleted: new Map() });
  expect(crm.asked).toEqual([]);
});

it('asks for no deletions of records that are not ours', async () => {
  const crm = new FakeReader();
  await read(crm, { ids: ['1'], ours: [] });
  expect(crm.asked).toEqual([]);
});

it('says who deleted what is gone, from an hour before the mark on, page by page until all are found', async () => {
  const crm = new FakeReader();
  crm.records = [{ id: '1' }];
  crm.pages = [[gone('7')], [gone('2'), gone('8')], [gone('9')]];
  expect(await read(crm, { ids: ['1', '2'] })).toMatchObject({ kind: 'ok', deleted: new Map([['2', gone('2')]]) });
  const since = new Date('2026-03-01T09:00:00Z');
  expect(crm.asked).toEqual([1, 2].map((page) => ({ module: 'Leads', since, page })));
});

it('says nothing of a record that was merged or converted: it is not among the deleted ones', async () => {
  const crm = new FakeReader();
  expect(await read(crm, { ids: ['1'] })).toMatchObject({ kind: 'ok', records: new Map(), deleted: new Map() });
});

it('does not look through endless pages', async () => {
  const crm = new FakeReader();
  crm.pages = Array.from({ length: 50 }, () => [gone('x')]);
  await read(crm, { ids: ['1'] });
  expect(crm.asked).toHaveLength(10);
});

it('reads everything again where the list of deletions fails: absent is not deleted', async () => {
  const crm = new FakeReader();
  crm.failure = unavailable;
  expect(await read(crm, { ids: ['1'] })).toEqual(unavailable);
});
