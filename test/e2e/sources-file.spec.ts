import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { causeway } from '../support/cli.process.ts';

let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-sources-'));
  file = join(folder, 'sources.yaml');
});
afterAll(() => rm(folder, { recursive: true }));

const GOOD = `sources:
  - { name: portal, url: "postgres://publisher:\${PORTAL_PASSWORD}@db:5432/portal", slot: portal, batchRows: 7 }
  - { name: crm, urlEnv: CRM_URL, slot: crm }
`;
const secrets = { PORTAL_PASSWORD: 'geheim', CRM_URL: 'postgres://publisher:geheim@db/crm' };
const check = ['publisher', 'config', 'check', '--file'];

describe('causeway publisher config check', () => {
  it('prints what the file declares, without secrets', async () => {
    await writeFile(file, GOOD);
    const [people, program] = [
      await causeway([...check, file], secrets),
      await causeway([...check, file, '--json'], secrets),
    ];
    expect(people.stdout).toMatch(/portal +db:5432\/portal +portal +causeway_outbox +causeway +batchRows=7/);
    expect(JSON.parse(program.stdout)).toMatchObject({
      sources: [{ name: 'portal', settings: { batchRows: 7 } }, { name: 'crm' }],
    });
    expect(`${people.stdout}${people.stderr}${program.stdout}`).not.toContain('geheim');
    expect([people.code, program.code]).toEqual([0, 0]);
  });

  it('names what is wrong, by file, line and path', async () => {
    await writeFile(file, GOOD.replace('slot: crm', 'slot: portal'));
    const result = await causeway([...check, file], secrets);
    expect(result.stderr).toContain(`${file}:3 sources[1].slot: "portal" is also the slot of sources[0]`);
    expect(result.code).toBe(2);
  });

  it('misses secrets, unless the form alone is asked for', async () => {
    await writeFile(file, GOOD);
    const result = await causeway([...check, file]);
    expect(result.stderr).toContain('PORTAL_PASSWORD, which is not set');
    expect(result.code).toBe(2);
    expect(await causeway([...check, file, '--no-secrets'])).toMatchObject({ code: 0 });
    expect(await causeway(['publisher', 'config', 'check'])).toMatchObject({ code: 2 });
  });

  it('lets other verbs choose a source of the file', async () => {
    await writeFile(file, GOOD);
    const env = { ...secrets, CAUSEWAY_SOURCES_FILE: file, CAUSEWAY_KAFKA_BROKERS: '127.0.0.1:1' };
    expect((await causeway(['slot', 'status'], env)).stderr).toContain('--source wants one of portal, crm');
    expect((await causeway(['slot', 'status', '--source', 'shop'], env)).stderr).toContain('portal, crm, not shop');
    const nowhere = { ...env, CRM_URL: 'postgres://nobody@127.0.0.1:1/none' };
    expect((await causeway(['slot', 'status', '--source', 'crm'], nowhere)).stderr).toContain('UNREACHABLE');
  });
});
