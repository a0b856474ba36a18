import { isCausewayError } from '#contracts';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { step, eventOf } from '#mapping';
import { loadPack } from './pack.loader.ts';
import { builtInPacks } from './packs.registry.ts';

const MAPPING = `export default ({ defineMapping, required, text, z }) => defineMapping({
  name: 'own', product: 'shop', version: 1, destination: 'zoho-crm',
  events: { 'order.placed': { 1: z.object({ title: required(text) }) } },
  initial: {},
  fold: { 'order.placed': (state, event) => ({ id: event.subject, title: event.data.title }) },
  project: (state) => [{ module: 'Deals', identity: { field: 'Ext', value: state.id }, fields: { Deal_Name: state.title } }],
  setup: {}, scopes: [],
});`;
const CASES = { pack: 'own', product: 'shop', cases: [] };

describe('a pack', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'causeway-pack-'));
  });
  afterEach(async () => rm(folder, { recursive: true }));

  async function reasonOf(name: string): Promise<string> {
    const failure: unknown = await loadPack(name).then(
      () => new Error('it was loaded'),
      (error: unknown) => error,
    );
    return isCausewayError(failure) ? failure.message : String(failure);
  }

  it('that comes along is loaded by its name', async () => {
    expect(await loadPack('signup-lead')).toBe(builtInPacks['signup-lead']);
  });

  it('of somebody else is loaded from its folder, with its cases, and works', async () => {
    await writeFile(path.join(folder, 'mapping.mjs'), MAPPING);
    await writeFile(path.join(folder, 'cases.json'), JSON.stringify(CASES));
    const { mapping, ...pack } = await loadPack(folder);
    expect(pack).toEqual({ name: 'own', product: 'shop', cases: [] });
    const placed = eventOf(mapping, { type: 'order.placed', subject: 'o1', data: { title: ' A  sale ' } });
    expect(step(mapping, null, placed).commands[0]?.fields).toEqual({ Ext: 'o1', Deal_Name: 'A sale' });
  });

  it('needs no cases', async () => {
    await writeFile(path.join(folder, 'mapping.mjs'), MAPPING);
    expect((await loadPack(path.relative(process.cwd(), folder))).cases).toEqual([]);
  });

  it.each(['signup-leads', 'constructor', ''])(
    'of the name %j is not known: the message lists what is',
    async (name) => {
      const message = await reasonOf(name === '' ? path.join(folder, 'nothing') : name);
      expect(message).toMatch(/^PACK_UNKNOWN: .*known=signup-lead/);
    },
  );

  it.each([
    ['an empty folder', {}, 'it has none of mapping.js, mapping.mjs, mapping.ts'],
    ['a mapping that does not compile', { 'mapping.mjs': 'export default (' }, 'mapping.mjs cannot be loaded'],
    ['a mapping that throws', { 'mapping.mjs': 'throw new Error("no luck")' }, 'mapping.mjs cannot be loaded: no luck'],
    ['a mapping that is none', { 'mapping.mjs': 'export const mapping = { name: "own" }' }, 'exports nothing made by'],
    ['cases that are no JSON', { 'mapping.mjs': MAPPING, 'cases.json': '{' }, 'cases.json is no JSON'],
    ['cases of another form', { 'mapping.mjs': MAPPING, 'cases.json': '{"pack":"own"}' }, 'cases.json: '],
    [
      'cases of another pack',
      { 'mapping.mjs': MAPPING, 'cases.json': JSON.stringify({ ...CASES, pack: 'other' }) },
      'cases.json is for pack other of product shop',
    ],
  ])('with %s is refused', async (_, files, reason) => {
    for (const [name, content] of Object.entries(files)) await writeFile(path.join(folder, name), content);
    const message = await reasonOf(folder);
    expect(message).toMatch(/^PACK_INVALID: /);
    expect(message).toContain(reason);
  });
});
