import { items, SimSession, type Item } from '../../testing/sim.session.ts';
import { tempFile } from '../../testing/temp.file.ts';

describe('pipelines that are made and changed', () => {
  let file: Awaited<ReturnType<typeof tempFile>>;
  let sim: SimSession;
  let layout: string;
  beforeAll(async () => {
    file = await tempFile('pipelines.journal');
    sim = await SimSession.start({ dataFile: file.path });
    layout = String(items(await sim.api('GET', '/settings/layouts?module=Deals'), 'layouts')[0]?.['id']);
  });
  beforeEach(() => sim.reset());
  afterAll(async () => {
    await sim.close();
    await file.remove();
  });

  const target = (id = ''): string => `/settings/pipeline${id}?layout_id=${layout}`;
  const write = (method: 'POST' | 'PUT', pipeline: unknown, id?: string) =>
    sim.api(method, target(id), { body: { pipeline: [pipeline] } });
  const listed = async (of = sim): Promise<[unknown, unknown, unknown[]][]> =>
    items(await of.api('GET', target()), 'pipeline').map((one) => [
      one['display_value'],
      one['default'],
      (one['maps'] as Item[]).map((stage) => stage['actual_value']),
    ]);
  const stageField = async (): Promise<Item> => {
    const fields = items(await sim.api('GET', '/settings/fields?module=Deals'), 'fields');
    return fields.find((field) => field['api_name'] === 'Stage') ?? {};
  };
  const stageId = async (name: string): Promise<unknown> =>
    ((await stageField())['pick_list_values'] as Item[]).find((value) => value['actual_value'] === name)?.['id'];
  const addStage = async (name: string): Promise<void> => {
    const body = { fields: [{ pick_list_values: [{ display_value: name, actual_value: name }] }] };
    await sim.api('PATCH', `/settings/fields/${String((await stageField())['id'])}?module=Deals`, { body });
  };
  const maps = (...names: string[]): Promise<Item[]> =>
    Promise.all(names.map(async (name, at) => ({ id: await stageId(name), sequence_number: at + 1 })));
  const deal = async (Stage: string): Promise<unknown> => {
    const data = [{ Deal_Name: Stage, Stage, Pipeline: 'Own' }];
    return items(await sim.api('POST', '/Deals', { body: { data } }))[0]?.code;
  };

  it('has a new pipeline with a new stage once the picklist has it, and holds deals to it', async () => {
    expect(await deal('Closed Won')).toBe('INVALID_DATA');
    await addStage('Trial');
    const made = await write('POST', { display_value: 'Own', maps: await maps('Trial', 'Closed Won') });
    expect([made.status, items(made, 'pipeline')[0]]).toEqual([201, expect.objectContaining({ code: 'SUCCESS' })]);
    expect((await listed()).at(-1)).toEqual(['Own', false, ['Trial', 'Closed Won']]);
    expect(await Promise.all(['Trial', 'Closed Won', 'Closed Lost'].map(deal))).toEqual([
      'SUCCESS',
      'SUCCESS',
      'MAPPING_MISMATCH',
    ]);
  });

  it('gets stages added, and one taken out, by either call', async () => {
    const made = await write('POST', { display_value: 'Own', maps: await maps('Qualification') });
    const [first = {}] = items(made, 'pipeline');
    const id = String((first['details'] as Item)['id']);
    const won = { id: await stageId('Closed Won'), sequence_number: 2 };
    const added = await write('PUT', { id, maps: [won] });
    expect([added.status, (await listed()).at(-1)?.[2]]).toEqual([201, ['Qualification', 'Closed Won']]);
    const gone = { id: await stageId('Qualification'), _delete: true };
    const changed = await write('PUT', { display_value: 'Ours', default: true, maps: [gone] }, `/${id}`);
    expect(changed.status).toBe(200);
    const all = await listed();
    expect([all[0]?.[1], all.at(-1)]).toEqual([false, ['Ours', true, ['Closed Won']]]);
    expect(await deal('Closed Won')).toBe('INVALID_DATA');
  });

  it.each<[string, (stage: Item) => unknown, string]>([
    ['no name', (stage) => ({ maps: [stage] }), 'MANDATORY_NOT_FOUND .display_value'],
    ['no text for a name', (stage) => ({ display_value: 7, maps: [stage] }), 'INVALID_DATA .display_value'],
    [
      'a name that is taken',
      (stage) => ({ display_value: 'Renewals', maps: [stage] }),
      'DUPLICATE_DATA .display_value',
    ],
    ['no stages', () => ({ display_value: 'Own' }), 'MANDATORY_NOT_FOUND .maps'],
    ['empty stages', () => ({ display_value: 'Own', maps: [] }), 'INVALID_DATA .maps'],
    [
      'a stage that the picklist lacks',
      () => ({ display_value: 'Own', maps: [{ id: '1', sequence_number: 1 }] }),
      'INVALID_DATA .maps[0].id',
    ],
    [
      'a stage without an id',
      () => ({ display_value: 'Own', maps: [{ sequence_number: 1 }] }),
      'MANDATORY_NOT_FOUND .maps[0].id',
    ],
    [
      'a stage without a place',
      (stage) => ({ display_value: 'Own', maps: [{ id: stage['id'] }] }),
      'MANDATORY_NOT_FOUND .maps[0].sequence_number',
    ],
    ['no object', () => 'Own', 'INVALID_DATA '],
  ])('refuses %s', async (_name, body, expected) => {
    const [stage = {}] = await maps('Qualification');
    const reply = await write('POST', body(stage));
    expect(reply.status).toBe(400);
    const { code, details } = items(reply, 'pipeline')[0] ?? {};
    const path = String((details as Item)['json_path']).replace('$.pipeline[0]', '');
    expect(`${String(code)} ${path}`).toBe(expected);
    expect(await listed()).toHaveLength(2);
  });

  it('refuses a change of what is not there', async () => {
    expect(items(await write('PUT', {}), 'pipeline')[0]?.code).toBe('MANDATORY_NOT_FOUND');
    expect(items(await write('PUT', { id: '1' }), 'pipeline')[0]?.code).toBe('INVALID_DATA');
    expect((await write('PUT', {}, '/1')).body?.['code']).toBe('INVALID_DATA');
    expect((await sim.api('POST', '/settings/pipeline', { body: {} })).body?.['code']).toBe('REQUIRED_PARAM_MISSING');
  });

  it('is there after a kill, in a snapshot, and not after a reset', async () => {
    await write('POST', { display_value: 'Own', maps: await maps('Qualification') });
    const again = await SimSession.start({ dataFile: file.path });
    expect(await listed(again)).toEqual(await listed());
    await again.close();
    await sim.control('POST', 'snapshots', { name: 'own' });
    const before = await listed();
    await sim.reset();
    expect(await listed()).toHaveLength(2);
    await sim.control('POST', 'snapshots/restore', { name: 'own' });
    // Tokens are those of the snapshot again.
    sim.useToken(undefined);
    expect(await listed()).toEqual(before);
    expect(before).toHaveLength(3);
  });
});
