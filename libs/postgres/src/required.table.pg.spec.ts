import { adminUrl } from '../test/server.ts';
import { migrationFolder } from './migration.files.ts';
import { migrate } from './migration.runner.ts';
import { requireTable } from './required.table.ts';
import { createScratchDatabase, type ScratchDatabase } from './scratch.database.ts';

describe('requireTable', () => {
  let database: ScratchDatabase;
  beforeAll(async () => {
    database = await createScratchDatabase({ adminUrl: adminUrl(), prefix: 'required' });
  });
  afterAll(() => database.drop());

  it('regression: a service on a database without tables failed with each statement, for ever', async () => {
    const wanted = { url: database.url, applicationName: 'required-spec', schema: 'outbox', table: 'events' };
    await expect(requireTable(wanted)).rejects.toMatchObject({
      code: 'MIGRATIONS_MISSING',
      details: { database: expect.stringContaining('required') as unknown, missing: 'outbox.events' },
    });
    await migrate({ url: database.url, folder: migrationFolder('product') });
    await expect(requireTable(wanted)).resolves.toBeUndefined();
  });
});
