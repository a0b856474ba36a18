import { SimProcess } from '../testing/sim.process.ts';
import { idOf, items, SimSession } from '../testing/sim.session.ts';
import { tempFile } from '../testing/temp.file.ts';

const WRITERS = 8;
const ROUNDS = 4;
const MODULES = ['Leads', 'Contacts', 'Vendors'];

const CALLS_IN_ROUND = 250;

/** What was acknowledged: identity to id and latest acknowledged version; and by how many calls. */
interface Acknowledged {
  readonly records: Map<string, { readonly id: string; readonly version: number }>;
  calls: number;
}
type Shown = Readonly<Record<'id' | 'Order_Key' | 'Description', string>>;

const nameOf = (module: string, key: string): object => ({ [module === 'Vendors' ? 'Vendor_Name' : 'Last_Name']: key });

describe('kill -9 in the middle of traffic', () => {
  let file: Awaited<ReturnType<typeof tempFile>>;
  let child: SimProcess;
  let sim: SimSession;

  const session = (): SimSession =>
    new SimSession({
      url: child.url,
      accountsUrl: child.url,
      dataCentres: {},
      clientId: '1000.SIMULATOR',
      clientSecret: 'simulator-secret',
      refreshToken: '1000.simulator.refresh',
      close: () => child.kill(),
    });
  const start = async (port: string): Promise<void> => {
    child = await SimProcess.start({
      CAUSEWAY_PORT: port,
      CAUSEWAY_SIMULATOR_DATA: file.path,
      CAUSEWAY_EXIT_WITH_PARENT: 'true',
    });
    sim = session();
  };
  beforeEach(async () => {
    file = await tempFile('simulator.journal');
    await start('0');
  });
  afterEach(async () => {
    await child.kill();
    await file.remove();
  });

  const upsert = async (module: string, rows: readonly object[]): Promise<string[]> => {
    const body = { data: rows, duplicate_check_fields: ['Order_Key'] };
    return items(await sim.api('POST', `/${module}/upsert`, { body })).map((item) => idOf(item));
  };

  /** Upserts again and again, ever higher versions of its own identities, until the connection breaks. */
  const write = async (writer: number, known: Acknowledged): Promise<void> => {
    for (let version = 1; ; version += 1) {
      const module = MODULES[version % MODULES.length] ?? '';
      const size = version % 4 === 0 ? 40 : 1;
      const keys = Array.from({ length: size }, (_, at) => `${module}/${writer}/${(version * 7 + at) % 60}`);
      const now = Date.now() * 1000 + version;
      const rows = keys.map((key) => ({ ...nameOf(module, key), Order_Key: key, Description: String(now) }));
      try {
        const ids = await upsert(module, rows);
        for (const [at, key] of keys.entries()) known.records.set(key, { id: ids[at] ?? '', version: now });
        known.calls += 1;
      } catch {
        return;
      }
    }
  };

  const shown = async (): Promise<Shown[]> => {
    const lists = await Promise.all(
      MODULES.map(async (module) => (await sim.control('GET', `records?module=${module}`)).body?.['records']),
    );
    return lists.flat() as Shown[];
  };

  it('loses nothing that was acknowledged, doubles nothing, and gives no id twice', async () => {
    const token = await sim.mint();
    sim.useToken(token);
    for (const module of MODULES) await sim.uniqueField(module, 'Order Key');
    await sim.control('POST', 'limits', { credits: 10_000_000, concurrency: 100, subConcurrency: 100 });
    const known: Acknowledged = { records: new Map(), calls: 0 };
    for (let round = 1; round <= ROUNDS; round += 1) {
      const writers = Array.from({ length: WRITERS }, (_, writer) => write(writer, known));
      while (known.calls < CALLS_IN_ROUND * round) await upsert('Leads', [{ Last_Name: 'wait', Order_Key: 'wait' }]);
      await child.kill();
      await Promise.all(writers);
      await start(new URL(child.url).port);
      sim.useToken(token);

      const records = await shown();
      const byKey = Map.groupBy(records, (record) => record.Order_Key);
      expect(byKey.size).toBe(records.length);
      expect(new Set(records.map((record) => record.id)).size).toBe(records.length);
      for (const [key, { id, version }] of known.records) {
        const [record] = byKey.get(key) ?? [];
        expect([key, record?.id]).toEqual([key, id]);
        // A later version may have taken effect without its answer, never an earlier one.
        expect(Number(record?.Description)).toBeGreaterThanOrEqual(version);
      }
      const [fresh = ''] = await upsert('Leads', [{ Last_Name: 'new', Order_Key: `new/${round}` }]);
      expect(records.every((record) => record.id < fresh)).toBe(true);
      known.records.set(`new/${round}`, { id: fresh, version: 0 });
      await sim.control('POST', 'limits', { credits: 10_000_000, concurrency: 100, subConcurrency: 100 });
    }
    expect(known.records.size).toBeGreaterThan(300);
  });

  it('ends by itself, cleanly, when its parent is gone', async () => {
    expect(await child.orphan()).toBe(0);
  });
});
