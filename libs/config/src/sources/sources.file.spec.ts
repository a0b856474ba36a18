import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isCausewayError } from '#contracts';
import { publisherOptions } from '../options/publisher.options.ts';
import { readSourcesFile, type SourcesFileOptions } from './sources.file.ts';
import { sourcesJsonSchema } from './sources.schema.ts';
import { summariseSource } from './sources.summary.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'causeway-sources-'));
  writeFileSync(join(folder, 'url'), 'postgres://publisher:from-file@db/crm\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(text: string): string {
  const file = join(folder, 'sources.yaml');
  writeFileSync(file, text);
  return file;
}

/** Problems without the name of the file. */
function problemsOf(text: string, options: SourcesFileOptions = { env: {} }): string[] {
  const file = fileOf(text);
  try {
    readSourcesFile(file, options);
  } catch (error) {
    if (!isCausewayError(error, 'CONFIG_INVALID')) throw error;
    const lines = error.message.split('\n').filter((line) => line.startsWith('  - '));
    return lines.map((line) => line.slice(4).replace(file, ''));
  }
  return [];
}

const GOOD = `
sources:
  - name: portal
    url: postgres://publisher:\${PORTAL_PASSWORD}@db:5432/portal?sslmode=disable
    slot: causeway_portal
    batchBytes: 4mb
    batchRows: 100
    topicPartitions: 12
  - name: crm
    urlFile: url
    slot: causeway_crm
    publication: theirs
    rows: { preset: causeway, table: crm.outbox }
  - name: shop
    urlEnv: SHOP_URL
    slot: causeway_shop
`;
const env = { PORTAL_PASSWORD: 'p@ss/word', SHOP_URL: 'postgres://shop' };

describe('readSourcesFile', () => {
  it('reads sources with their secrets from the environment and from files', () => {
    expect(readSourcesFile(fileOf(GOOD), { env })).toEqual([
      {
        sourceName: 'portal',
        sourceUrl: 'postgres://publisher:p%40ss%2Fword@db:5432/portal?sslmode=disable',
        slotName: 'causeway_portal',
        publicationName: 'causeway_outbox',
        rows: { preset: 'causeway', table: { schema: 'outbox', table: 'events' } },
        batchBytes: 4 * 1024 * 1024,
        batchRows: 100,
        topicPartitions: 12,
      },
      {
        sourceName: 'crm',
        sourceUrl: 'postgres://publisher:from-file@db/crm',
        slotName: 'causeway_crm',
        publicationName: 'theirs',
        rows: { preset: 'causeway', table: { schema: 'crm', table: 'outbox' } },
      },
      {
        sourceName: 'shop',
        sourceUrl: 'postgres://shop',
        slotName: 'causeway_shop',
        publicationName: 'causeway_outbox',
        rows: { preset: 'causeway', table: { schema: 'outbox', table: 'events' } },
      },
    ]);
  });

  it('reads JSON, too', () => {
    const text = JSON.stringify({ sources: [{ name: 'a', urlEnv: 'A', slot: 'a' }] });
    expect(readSourcesFile(fileOf(text), { env: { A: 'postgres://a/a' } })).toMatchObject([
      { sourceUrl: 'postgres://a/a' },
    ]);
  });

  it('gives a summary without secrets', () => {
    const summary = readSourcesFile(fileOf(GOOD), { env }).map(summariseSource);
    expect(JSON.stringify(summary)).not.toMatch(/p@ss|p%40|from-file/);
    expect(summary[0]).toMatchObject({ database: 'db:5432/portal', settings: { batchRows: 100 } });
  });

  const source = (text: string): string => `sources:\n  - {name: a, urlEnv: A, slot: a, ${text}}\n`;

  it.each([
    ['nothing', '', [': must be an object, not null']],
    ['no sources', 'sources: []', [':1 sources: declares no source']],
    ['a misspelt key', source('slott: b'), [':2 sources[0].slott: is not known here: did you mean slot?']],
    ['an unknown key', source('colour: blue'), ['sources[0].colour: is not known here: remove it']],
    [
      'an unknown key of rows',
      source('rows: {preset: causeway, tabel: a.b}'),
      ['sources[0].rows.tabel: is not known here: did you mean table?'],
    ],
    ['an unknown preset', source('rows: {preset: kafka}'), ['sources[0].rows.preset: must be one of: causeway']],
    [
      'a value of another form',
      source('batchRows: many'),
      ['sources[0].batchRows: must be a whole number, 1 to 100000, not "many"'],
    ],
    ['an object where a value belongs', source('idleInterval: {}'), ['sources[0].idleInterval: must be duration']],
    ['what is missing', 'sources: [{urlEnv: A}]', [':1 sources[0].name: is missing', ':1 sources[0].slot: is missing']],
    ['text that is no text', 'sources: [{name: 7, urlEnv: A, slot: a}]', ['sources[0].name: must be text, not 7']],
    [
      'a slot that Postgres refuses',
      'sources: [{name: a, urlEnv: A, slot: A-b}]',
      ['sources[0].slot: must be 1 to 63 lower-case'],
    ],
    [
      'two of one slot',
      'sources:\n  - {name: a, urlEnv: A, slot: s}\n  - {name: b, urlEnv: B, slot: s}',
      [':3 sources[1].slot: "s" is also the slot of sources[0]'],
    ],
    [
      'two of one name',
      'sources:\n  - {name: a, urlEnv: A, slot: s}\n  - {name: a, urlEnv: B, slot: t}',
      [':3 sources[1].name: "a" is also the name of sources[0]'],
    ],
    ['no URL', 'sources: [{name: a, slot: a}]', ['sources[0].url: is missing: give url, urlFile or urlEnv']],
    ['two URLs', source('url: postgres://db/a'), ['sources[0].urlEnv: is given beside url: give one of them']],
    ['no Postgres URL', 'sources: [{name: a, slot: a, url: "http://x"}]', ['sources[0].url: must be a Postgres URL']],
    [
      'a password',
      'sources: [{name: a, slot: a, url: "postgres://u:geheim@db/a"}]',
      ['sources[0].url: holds a password: write ${NAME}'],
    ],
    [
      'a variable that is not set',
      'sources: [{name: a, slot: a, url: "postgres://u:${NOPE}@db/a"}]',
      ['sources[0].url: names the environment variable NOPE, which is not set'],
    ],
    [
      'a file that is not there',
      'sources: [{name: a, slot: a, urlFile: nowhere}]',
      ['sources[0].urlFile: names a file that cannot be read'],
    ],
    ['text that is no YAML', 'sources: [', ['']],
    ['a key that is there twice', 'sources: []\nsources: []', ['Map keys must be unique']],
  ])('%s: says where and what', (_, text, expected) => {
    const problems = problemsOf(text);
    expect(problems).toHaveLength(expected.length);
    for (const [index, part] of expected.entries()) expect(problems[index]).toContain(part);
    expect(problems.join()).not.toContain('geheim');
  });

  it('names every problem at once', () => {
    expect(
      problemsOf('sources:\n  - {name: "", urlEnv: A, slot: s, x: 1}\n  - {slot: t, urlEnv: A, batchRows: 0}'),
    ).toHaveLength(4);
  });

  it('looks at the form alone where secrets are not at hand', () => {
    expect(problemsOf(GOOD, { env: {}, withSecrets: false })).toEqual([]);
    expect(problemsOf(GOOD)).toHaveLength(2);
  });

  it('says that the file is missing', () => {
    expect(() => readSourcesFile(join(folder, 'none.yaml'))).toThrow(/none\.yaml \(ENOENT\)/);
  });
});

describe('the JSON Schema of the file', () => {
  it('knows what a source may set, in the forms of the options, and no secret', () => {
    const text = JSON.stringify(sourcesJsonSchema());
    const properties = JSON.parse(text) as {
      properties: { sources: { items: { properties: Record<string, object>; required: string[] } } };
    };
    const { items } = properties.properties.sources;
    expect(items.required).toEqual(['name', 'slot']);
    expect(items.properties['batchRows']).toMatchObject({ type: 'integer', minimum: 1, maximum: 100_000 });
    expect(items.properties['idleInterval']).toMatchObject({ type: 'string', pattern: '^\\d+(ms|s|m|h|d)$' });
    expect(items.properties['producer']).toMatchObject({ enum: ['platformatic', 'kafkajs'] });
    const secrets = Object.entries(publisherOptions).filter(([, option]) => 'secret' in option);
    expect(secrets.length).toBeGreaterThan(0);
    for (const [name] of secrets) expect(items.properties).not.toHaveProperty(name);
  });
});
