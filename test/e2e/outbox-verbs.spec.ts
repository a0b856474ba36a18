import { dropSlot } from '#replication';
import { causeway, type CliResult } from '../support/cli.process.ts';
import { until } from '../support/until.ts';
import { openSource, type SourceFixture, type WholeRecord } from '../support/source.fixture.ts';

let source: SourceFixture;

const json = (result: CliResult): Record<string, never> => JSON.parse(result.stdout) as Record<string, never>;

/** What is left for a consumer that drops ids it has seen, in the order in which it handles them. */
function handled(records: readonly WholeRecord[]): string[] {
  return [...new Set(records.map(({ headers }) => headers['ce_id'] ?? ''))];
}

async function publishOne({ first }: { readonly first?: () => Promise<unknown> } = {}): Promise<string> {
  const publisher = source.publisher();
  await publisher.ready(/^200/);
  await first?.();
  const id = await source.emit('k');
  await source.read(1);
  await publisher.kill();
  return id;
}

const named = ['--source', 'shop'];

describe('slot and outbox verbs', () => {
  beforeEach(async () => {
    source = await openSource();
  });

  afterEach(() => source[Symbol.asyncDispose]());

  it('while a publisher streams: status is in order, and what would disturb it is refused with its pid', async () => {
    const publisher = source.publisher();
    await publisher.ready(/^200/);
    await source.emit('k');
    await source.read(1);
    const status = await source.cli('slot', 'status', '--json');
    expect(json(status)).toMatchObject({
      source: 'shop',
      slot: { name: source.slot, walStatus: 'reserved' },
      reader: { pid: expect.any(Number) as unknown, application: 'causeway-publisher shop' },
      position: { lsn: expect.stringMatching(/^[\dA-F]+\/[\dA-F]+$/) as unknown },
      verdict: 'resume',
      problem: null,
      waysOut: [],
    });
    expect(status.code).toBe(0);
    const pid = String(json(status)['reader']?.['pid']);

    const outbox = await source.cli('outbox', 'status', ...named);
    expect(outbox.stdout).toMatch(/all +1 /);
    expect(outbox.code).toBe(0);

    const window = ['--from', '2020-01-01T00:00:00Z', '--to', 'now', '--yes'];
    for (const args of [
      ['slot', 'adopt', '--yes'],
      ['slot', 'recreate', '--yes'],
      ['outbox', 'resend', ...window],
    ]) {
      const refused = await source.cli(...args);
      expect(refused.stderr).toContain(`pid=${pid}`);
      expect(refused.code).toBe(1);
    }
    const rewind = await source.cli('slot', 'rewind');
    expect(rewind.stdout).toContain('causeway outbox resend --source shop --from 20');
    expect(rewind.code).toBe(1);
    await publisher.kill();

    const idle = await source.cli('slot', 'adopt', '--yes');
    expect(idle.stdout).toContain('there is nothing to adopt');
    expect((await source.cli('slot', 'status')).code).toBe(1);
  });

  it("status and doctor of a database with the router's table alone: age and depth, or why not and what to do", async () => {
    const { client, settings } = source;
    await client.query(`
      drop schema outbox cascade;
      create table public.placed (id uuid primary key default gen_random_uuid(), aggregatetype text, aggregateid text,
        type text, payload jsonb, written timestamptz default clock_timestamp());
      create publication placed for table public.placed`);
    const write = (count: number, ago: string): Promise<unknown> =>
      client.query(
        `insert into public.placed (aggregatetype, aggregateid, type, payload, written)
         select 'order', 'k', 'placed', '{}', clock_timestamp() - $2::interval from generate_series(1, $1::integer)`,
        [count, ago],
      );
    const router = {
      CAUSEWAY_PRESET: 'debezium-outbox',
      CAUSEWAY_OUTBOX_TABLE: 'public.placed',
      CAUSEWAY_PUBLICATION: 'placed',
    };
    const timed = { ...router, CAUSEWAY_OUTBOX_TIME_COLUMN: 'written' };
    const publisher = source.publisher(router);
    await publisher.ready(/^200/);
    await write(2, '1 hour');
    await until(
      'a position is stored',
      async () => json(await causeway(['slot', 'status', '--json'], { ...settings, ...timed }))['position'],
    );
    await publisher.kill();
    await write(3, '0');

    const look = async (verb: string, env: object): Promise<Record<string, object[]>> =>
      json(await causeway([verb, '--json'], { ...settings, ...env }));
    const untold = {
      what: 'no column of public.placed is known that says when a row was written',
      action: 'set CAUSEWAY_OUTBOX_TIME_COLUMN',
    };
    const step = { step: 'outbox shop', unit: 'rows' };
    const without = await look('status', router);
    expect(without['flow']?.[0]).toMatchObject({
      ...step,
      waiting: null,
      oldestSeconds: null,
      perMinute: null,
      untold,
    });
    const remark = { level: 'note', what: `outbox shop: ${untold.what}`, action: untold.action };
    expect(without['remarks']).toContainEqual(remark);
    expect((await causeway(['status'], { ...settings, ...router })).stdout).toContain(untold.action);
    expect((await look('status', timed))['flow']?.[0]).toMatchObject({
      ...step,
      waiting: 3,
      oldestSeconds: expect.any(Number) as unknown,
      perMinute: expect.any(Number) as unknown,
      untold: null,
    });

    const { findings } = (await look('doctor', timed)) as { findings: { check: string; detail: string }[] };
    const detailOf = (check: string): string | undefined => findings.find((one) => one.check === check)?.detail;
    expect(detailOf('shop: publication')).toBe('placed holds public.placed');
    expect(detailOf('shop: grants')).toMatch(/may replicate$/);
    expect(detailOf('shop: outbox')).toMatch(/^public\.placed: 5 rows, the oldest written \d+ s ago$/);
    const ours = ['migrations', 'upkeep', 'capture'].map((check) => detailOf(`shop: ${check}`));
    expect(ours).toEqual([undefined, undefined, undefined]);
    expect((await look('doctor', router))['findings']).toContainEqual({
      check: 'shop: outbox',
      status: 'note',
      detail: `its age and depth are not known: ${untold.what}`,
      action: `${untold.action}.`,
    });
    const gone = (await look('doctor', { ...timed, CAUSEWAY_OUTBOX_TABLE: 'public.gone' }))['findings'];
    expect(gone).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({ check: 'shop: publication', status: 'wrong' }),
        expect.objectContaining({ check: 'shop: outbox', detail: expect.stringContaining('no table public.gone') }),
      ]),
    );
  });

  it('SLOT_MISSING: recreate and adopt, and the publisher goes on', async () => {
    const first = await publishOne();
    await dropSlot(source.client, source.slot);
    const publisher = source.publisher();
    await publisher.ready(/503.*SLOT_MISSING/);
    const status = await source.cli('slot', 'status', ...named);
    expect(status.stdout).toMatch(/SLOT_MISSING.*[^]*ways out +causeway slot recreate --source shop/);
    expect(status.code).toBe(1);
    expect((await source.cli('slot', 'adopt', '--yes')).stderr).toContain('SLOT_MISSING');

    const dry = await source.cli('slot', 'recreate');
    expect(`${dry.stdout}${dry.stderr}`).toMatch(/will create the slot[^]*add --yes/);
    expect(dry.code).toBe(2);
    const done = await source.cli('slot', 'recreate', '--yes', '--json');
    expect(json(done)).toMatchObject({
      done: true,
      adoption: { gap: { from: expect.stringMatching(/^20/) as unknown } },
    });
    expect(done.code).toBe(0);
    await publisher.ready(/^200/);
    const second = await source.emit('k');
    expect((await source.read(2)).map(({ headers }) => headers['ce_id'])).toEqual([first, second]);
  });

  it('SLOT_MISSING with events in the gap: recreate, resend, adopt; nothing missing and in order', async () => {
    const first = await publishOne();
    await dropSlot(source.client, source.slot);
    const lost = [await source.emit('k'), await source.emit('k')];
    const publisher = source.publisher();
    await publisher.ready(/503.*SLOT_MISSING/);
    const ways = json(await source.cli('slot', 'status', '--json'))['waysOut'] as unknown as string[];
    expect(ways).toHaveLength(3);
    // The commands as they are printed.
    for (const way of ways.slice(0, 2)) expect(await source.cli(...way.split(' ').slice(1))).toMatchObject({ code: 0 });
    await publisher.ready(/503.*SLOT_/);
    expect(await source.cli(...(ways[2]?.split(' ').slice(1) ?? []))).toMatchObject({ code: 0 });
    await publisher.ready(/^200/);
    const after = await source.emit('k');
    expect(handled(await source.read(5))).toEqual([first, ...lost, after]);
  });

  it('a slot moved by somebody: resend of the window and adopt; nothing missing for a consumer that drops known ids', async () => {
    // An open transaction that wrote something holds the slot's oldest WAL back, so it can be told from a new slot. It is older than the
    // position: what the server notes of running transactions now and then must not come in between.
    const first = await publishOne({ first: () => source.holdWal() });
    const elsewhere = await source.emitElsewhere(2);
    await source.moveSlot();
    await source.releaseWal();
    const publisher = source.publisher();
    await publisher.ready(/503.*SLOT_AHEAD_OF_POSITION/);

    const from = new Date(Date.now() - 3_600_000).toISOString();
    const resent = await source.cli('outbox', 'resend', ...named, '--from', from, '--to', 'now', '--yes', '--json');
    expect(json(resent)).toMatchObject({ done: true, rows: 3, sent: 3, refused: [] });
    expect(resent.stderr).toBe('');
    expect((await source.cli('slot', 'adopt', ...named, '--yes')).stdout).toMatch(/events may be missing.* from 20/);
    await publisher.ready(/^200/);
    const last = await source.emit('k');

    const records = await source.read(5);
    expect(handled(records)).toEqual([first, ...elsewhere, last]);
    const [original, again] = records.filter(({ headers }) => headers['ce_id'] === first);
    const { causeway_resent: mark, ...headers } = again?.headers ?? {};
    expect(mark).toBe('true');
    expect({ ...again, headers, offset: '' }).toEqual({ ...original, offset: '' });
  });

  it('dead letters: listed, shown with their reason, sent again only once the reason is gone', async () => {
    await source.limitTopic(2000);
    const publisher = source.publisher();
    await publisher.ready(/^200/);
    const id = await source.emit('big', { text: 'x'.repeat(5000) });
    await source.emit('small');
    await source.read(1);
    const listed = await source.cli('outbox', 'dead-letters', 'list', '--json');
    const letters = JSON.parse(listed.stdout) as { id: string; eventId: string; reason: string }[];
    expect(letters).toMatchObject([
      { eventId: id, topic: source.topic, reason: expect.stringMatching(/takes 2000/) as unknown },
    ]);
    const name = letters[0]?.id ?? '';
    const shown = await source.cli('outbox', 'dead-letters', 'show', name);
    expect(shown.stdout).toContain('causeway_error: OUTBOX_ROW_INVALID');
    expect(shown.stdout).not.toContain('xxxx');
    expect((await source.cli('outbox', 'dead-letters', 'show', name, '--payload')).stdout).toContain('xxxx');
    expect(await source.cli('outbox', 'dead-letters', 'show', '0:999')).toMatchObject({ code: 1 });
    expect(await source.cli('outbox', 'dead-letters', 'show', 'first')).toMatchObject({ code: 2 });

    const refused = await source.cli('outbox', 'dead-letters', 'resend', name, '--yes');
    expect(refused.stdout).toContain('the reason is still there');
    expect(refused.code).toBe(1);
    await source.limitTopic(100_000);
    expect(await source.cli('outbox', 'dead-letters', 'resend', name)).toMatchObject({ code: 2 });
    expect(await source.cli('outbox', 'dead-letters', 'resend', name, '--yes')).toMatchObject({ code: 0 });
    expect(handled(await source.read(2))).toContain(id);
  });

  it('a parked key: listed with its reason, released in order once the reason is gone', async () => {
    await source.limitTopic(2000);
    const publisher = source.publisher({ CAUSEWAY_POISON: 'park-key' });
    await publisher.ready(/^200/);
    const first = await source.emit('k', { text: 'x'.repeat(5000) });
    const second = await source.emit('k');
    const other = await source.emit('other');
    await source.read(1);
    const parked = await source.cli('outbox', 'dead-letters', 'parked', '--json');
    expect(JSON.parse(parked.stdout)).toMatchObject([
      {
        key: 'k',
        topic: source.topic,
        eventId: first,
        waiting: 2,
        reason: expect.stringMatching(/takes 2000/) as unknown,
      },
    ]);
    const release = ['outbox', 'dead-letters', 'release', '--key', 'k'];
    const refused = await source.cli(...release, '--yes', '--json');
    expect(json(refused)).toMatchObject({ done: false, refused: expect.stringMatching(/--without-poison/) as unknown });
    expect(refused.code).toBe(1);
    await source.limitTopic(100_000);
    const dry = await source.cli(...release);
    expect(dry.stdout).toContain(`will produce 2 rows of key k to ${source.topic}`);
    expect(dry.code).toBe(2);
    const done = await source.cli(...release, '--yes');
    expect(done.stdout).toContain('the key is released');
    expect(done.code).toBe(0);
    await publisher.ready(/^200/);
    const last = await source.emit('k');
    const records = await source.read(4);
    expect(handled(records.filter(({ key }) => key === 'k'))).toEqual([first, second, last]);
    expect(handled(records)).toContain(other);
    expect((await source.cli('outbox', 'dead-letters', 'parked')).stdout).toContain('no key is parked');
    expect(await source.cli(...release, '--yes')).toMatchObject({ code: 1 });
    expect(await source.cli('outbox', 'dead-letters', 'release')).toMatchObject({ code: 2 });
  });
});

/** A source whose servers are not there. */
const NOWHERE = {
  CAUSEWAY_SOURCE_NAME: 'shop',
  CAUSEWAY_SOURCE_URL: 'postgres://nobody@127.0.0.1:1/none',
  CAUSEWAY_KAFKA_BROKERS: '127.0.0.1:1',
};

describe('slot and outbox verbs without servers', () => {
  it.each([
    [['outbox', 'resend'], 'resend needs --from and --to'],
    [['outbox', 'resend', '--from', 'yesterday'], '--from wants an instant'],
    [['outbox', 'resend', '--from', '2026-01-02T00:00:00Z', '--to', '2026-01-01T00:00:00Z'], 'must be before'],
    [['slot', 'status', '--source', 'portal'], 'the settings name the source shop'],
    [['outbox', 'dead-letters', 'list', '--limit', 'all'], '--limit wants a whole number'],
  ])('%j is wrong use', async (args, text) => {
    const result = await causeway(args, NOWHERE);
    expect(result.stderr).toContain(text);
    expect(result.code).toBe(2);
  });

  it.each<[Record<string, string>, string]>([
    [{}, 'POSTGRES_UNREACHABLE'],
    [{ CAUSEWAY_SOURCE_URL: process.env['CAUSEWAY_POSTGRES_URL'] ?? '' }, 'KAFKA_UNREACHABLE'],
  ])('what cannot be reached is exit 3 (%#)', async (settings, code) => {
    const result = await causeway(['slot', 'status'], { ...NOWHERE, ...settings });
    expect(result.stderr).toContain(code);
    expect(result.code).toBe(3);
  });
});
