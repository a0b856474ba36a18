import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import { causeway, type CliResult } from '../support/cli.process.ts';
import { SystemFixture } from '../support/system.fixture.ts';
import { until } from '../support/until.ts';

/** What an operator does about commands that cannot go on, through the command line, on a whole system. */
let fixture: SystemFixture;

beforeAll(async () => {
  fixture = await SystemFixture.start();
});
afterAll(() => fixture.stop());

const CONNECTION = 'zoho-portal';
const BY = ['--by', 'ada', '--reason', 'asked by sales'];

function verb(...args: string[]): Promise<CliResult> {
  const { details } = fixture.system;
  const { url } = details.integration;
  return causeway(args, { CAUSEWAY_INTEGRATION_URL: url, CAUSEWAY_PACKS: details.packs.join(',') });
}
const json = ({ stdout }: CliResult): unknown => JSON.parse(stdout);

interface Listed {
  readonly id: string;
  readonly recordKey: string;
  readonly code: string;
  readonly owner: string;
  readonly waiting: number;
}

const lead = async (id: string) =>
  (await fixture.simulator.records('Leads')).find((found) => found['External_User_ID'] === id);
const signUp = async (id: string, phone = '555-0100'): Promise<void> => {
  await sql`insert into public.users (id, email, full_name, phone)
            values (${id}, ${`${id}@example.test`}, 'Ana Ruiz', ${phone})`.execute(fixture.product);
};
const parkedOf = async (...ids: string[]): Promise<Listed[]> => {
  const keys = ids.map((id) => `Leads/${id}`);
  return until(`parked commands of ${ids.join(', ')}`, async () => {
    const listed = (json(await verb('parked', 'list', '--json')) as Listed[]).filter(({ recordKey }) =>
      keys.includes(recordKey),
    );
    return listed.length === ids.length ? listed : null;
  });
};
const outcomesOf = async (commandId: string): Promise<string[]> => {
  const { rows } = await sql<{ said: string }>`
    select concat_ws(' ', event_type, payload->>'cause') as said from outbox.events
     where aggregate_type = 'outcomes' and payload->>'command_id' = ${commandId} order by id`.execute(
    fixture.integration,
  );
  return rows.map(({ said }) => said);
};
const auditOf = async (recordKey: string): Promise<object[]> => {
  const { rows } = await sql<object>`
    select by_whom as by, verb, reason from ledger.audit where record_key = ${recordKey} order by id`.execute(
    fixture.integration,
  );
  return rows;
};

/** The CRM refuses the next records; each is parked. */
async function refused(...ids: string[]): Promise<Listed[]> {
  const details = { api_name: 'Company', json_path: '$.data[0].Company' };
  const item = { code: 'MANDATORY_NOT_FOUND', details, message: 'required field not found', status: 'error' };
  await fixture.simulator.act('faults', {
    kind: 'records.upsert',
    effect: { status: 400, body: { data: [item] } },
  });
  try {
    for (const id of ids) {
      await signUp(id);
      await parkedOf(id);
    }
    return await parkedOf(...ids);
  } finally {
    await fixture.simulator.clearFaults();
  }
}

describe('parked', () => {
  it('list, show, retry, skip and edit: planned first, done with --yes, told and written down', async () => {
    const [retried, skipped, edited] = await refused('op-retry', 'op-skip', 'op-edit');
    expect(retried).toMatchObject({ code: 'CRM_MANDATORY_MISSING', owner: 'sales admin', waiting: 0 });
    if (retried === undefined || skipped === undefined || edited === undefined) throw new Error('nothing is parked');

    const shown = await verb('parked', 'show', retried.id, '--json');
    expect(json(shown)).toMatchObject({
      state: 'parked',
      code: 'CRM_MANDATORY_MISSING',
      explanation: { owner: 'sales admin' },
      waitingFor: ['a person'],
      history: [{ number: 1, outcome: 'rejected' }],
    });
    expect(shown.stdout).not.toContain('Ruiz');
    expect((await verb('parked', 'show', retried.id, '--fields')).stdout).toContain('Ruiz');

    const planned = await verb('parked', 'retry', retried.id, ...BY);
    expect([planned.code, planned.stdout.includes('op-retry')]).toEqual([2, true]);
    expect((await verb('parked', 'retry', retried.id, '--yes')).code).toBe(2);
    expect((await verb('parked', 'retry', retried.id, ...BY, '--yes')).code).toBe(0);
    expect(
      (await verb('parked', 'skip', '--record', 'Leads/op-skip', '--code', 'CRM_DUPLICATE', ...BY, '--yes')).code,
    ).toBe(1);
    expect((await verb('parked', 'skip', '--record', 'Leads/op-skip', ...BY, '--yes')).code).toBe(0);
    const difference = await verb('parked', 'edit', edited.id, '--set', 'Phone=555-0199', ...BY);
    expect(difference.stdout).toContain('Phone: "555-0100" -> "555-0199"');
    expect((await verb('parked', 'edit', edited.id, '--set', 'Phone=555-0199', ...BY, '--yes')).code).toBe(0);
    await fixture.quiet();

    expect(await lead('op-retry')).toBeDefined();
    expect(await lead('op-skip')).toBeUndefined();
    expect(await lead('op-edit')).toMatchObject({ Phone: '555-0199' });
    expect(await outcomesOf(retried.id)).toEqual([
      'crm.command.rejected',
      'crm.command.retried operator',
      'crm.command.succeeded',
    ]);
    expect(await outcomesOf(skipped.id)).toEqual(['crm.command.rejected', 'crm.command.skipped operator']);
    expect(await outcomesOf(edited.id)).toEqual([
      'crm.command.rejected',
      'crm.command.edited operator',
      'crm.command.succeeded',
    ]);
    expect(await auditOf('Leads/op-edit')).toEqual([{ by: 'ada', verb: 'parked edit', reason: 'asked by sales' }]);
    const kept = json(await verb('commands', 'show', edited.id, '--fields', '--json')) as {
      originalFields: object;
      fields: object;
    };
    expect(kept).toMatchObject({ fields: { Phone: '555-0199' }, originalFields: { Phone: '555-0100' } });
  });

  it('restore makes a record again that a person deleted, release leaves it alone', async () => {
    await signUp('op-back');
    await signUp('op-gone');
    await fixture.quiet();
    for (const id of ['op-back', 'op-gone'])
      await fixture.simulator.act('delete', { module: 'Leads', match: { External_User_ID: id } });
    await sql`update public.users set phone = '555-0111' where id in ('op-back', 'op-gone')`.execute(fixture.product);
    await parkedOf('op-back', 'op-gone');
    await sql`update public.users set full_name = 'Ana Soler' where id in ('op-back', 'op-gone')`.execute(
      fixture.product,
    );
    await until('the commands behind them', async () =>
      (await parkedOf('op-back', 'op-gone')).every(({ waiting }) => waiting === 1),
    );
    const waiting = json(await verb('commands', 'list', '--record', 'Leads/op-gone', '--json')) as {
      waitingFor: string[];
    }[];
    expect(waiting.map(({ waitingFor }) => waitingFor)).toEqual([
      ['a person'],
      [expect.stringMatching(/^command \d+ of its record \(parked\)$/)],
    ]);

    const plan = await verb('parked', 'restore', '--record', 'Leads/op-back', ...BY);
    expect([plan.code, plan.stdout.includes('Last_Name')]).toEqual([2, true]);
    expect((await verb('parked', 'restore', '--record', 'Leads/op-back', ...BY, '--yes')).code).toBe(0);
    expect((await verb('parked', 'release', '--record', 'Leads/op-gone', ...BY, '--yes')).code).toBe(0);
    await fixture.quiet();
    expect(await lead('op-back')).toMatchObject({ First_Name: 'Ana', Last_Name: 'Soler', Phone: '555-0111' });
    expect(await lead('op-gone')).toBeUndefined();

    await sql`update public.users set phone = '555-0112' where id = 'op-gone'`.execute(fixture.product);
    await fixture.quiet();
    expect(await lead('op-gone')).toBeUndefined();
    const again = await verb(
      'parked',
      'restore',
      '--record',
      'Leads/op-gone',
      '--connection',
      CONNECTION,
      ...BY,
      '--yes',
    );
    expect(again.code).toBe(0);
    await fixture.quiet();
    expect(await lead('op-gone')).toMatchObject({ Last_Name: 'Soler', Phone: '555-0112' });
    expect((await auditOf('Leads/op-gone')).map((row) => (row as { verb: string }).verb)).toEqual([
      'parked release',
      'parked restore',
    ]);
  });

  it('says what is wrong with how it is used', async () => {
    const cases: [args: string[], code: number, said: string][] = [
      [['parked', 'skip', '--reason', 'x'], 2, 'name ids, or choose'],
      [['parked', 'skip', '1'], 2, 'say why'],
      [['parked', 'edit', '999999', '--set', 'A=1', '--reason', 'x'], 1, ''],
      [['parked', 'release', '999999', '--reason', 'x', '--yes'], 1, ''],
      [['commands', 'list', '--state', 'odd'], 2, '--state wants'],
      [['pause', '--reason', 'x'], 2, 'name --connection'],
      [['connection', 'status', 'nobody'], 1, ''],
    ];
    const results = await Promise.all(cases.map(([args]) => verb(...args)));
    const told = results.map(({ code, stderr }, at) => [cases[at]?.[0], code, stderr.includes(cases[at]?.[2] ?? '')]);
    expect(told).toEqual(cases.map(([args, code]) => [args, code, true]));
  });
});

describe('pause', () => {
  const writes = async (): Promise<number> => {
    const calls = await fixture.simulator.calls();
    return calls.filter(({ kind }) => kind === 'records.upsert' || kind === 'records.update').length;
  };
  const waiting = async (): Promise<number> => {
    const [own] = json(await verb('connection', 'list', '--json')) as { commands: Record<string, number> }[];
    return own?.commands['ready'] ?? 0;
  };

  /** Users sign up all the time. */
  function traffic(prefix: string): { stop(): Promise<number> } {
    const ended = new AbortController();
    let count = 0;
    const work = (async (): Promise<void> => {
      while (!ended.signal.aborted) {
        await signUp(`${prefix}-${count}`);
        count += 1;
        await pause(25);
      }
    })();
    return {
      stop: async () => {
        ended.abort();
        await work;
        return count;
      },
    };
  }

  it.each([
    ['a connection', ['--connection', CONNECTION], 'op-conn'],
    ['a command type', ['--operation', 'write', '--module', 'Leads'], 'op-type'],
  ])(
    '%s: under traffic no write leaves two seconds after the verb, and all follow when it goes on',
    async (_, scope, prefix) => {
      const before = await writes();
      const users = traffic(prefix);
      await until('writes under way', async () => (await writes()) > before + 3);
      const paused = await verb('pause', ...scope, ...BY);
      const returned = performance.now();
      expect(paused.code).toBe(0);
      expect((await verb('pause', ...scope, ...BY)).code).toBe(1);
      await until('two seconds', () => Promise.resolve(performance.now() - returned > 2000 ? true : null));
      const atTwoSeconds = await writes();
      const piled = await waiting();
      await until('commands that wait', async () => (await waiting()) > piled + 5);
      expect(await writes()).toBe(atTwoSeconds);
      const holds = json(await verb('holds', '--json')) as { by: string; reason: string; commands: number }[];
      expect(holds).toMatchObject([{ by: 'ada', reason: 'asked by sales' }]);
      expect(holds[0]?.commands).toBeGreaterThan(5);
      const signedUp = await users.stop();
      expect((await verb('resume', ...scope, ...BY)).code).toBe(0);
      await fixture.quiet();
      const leads = (await fixture.simulator.records('Leads')).filter(({ External_User_ID: id }) =>
        String(id).startsWith(`${prefix}-`),
      );
      expect(leads).toHaveLength(signedUp);
      expect(json(await verb('holds', '--json'))).toEqual([]);
      expect((await verb('connection', 'status', CONNECTION)).code).toBe(0);
    },
  );

  it('regression: a name that no command has is told, since a hold on it holds nothing', async () => {
    await signUp('op-known');
    await fixture.quiet();
    expect((await verb('pause', '--pack', 'signup-lead', ...BY)).stderr).toBe('');
    expect(await verb('pause', '--pack', 'sign-up-lead', ...BY)).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('no command is of that so far') as unknown,
    });
    for (const pack of ['signup-lead', 'sign-up-lead'])
      expect((await verb('resume', '--pack', pack, ...BY)).stderr).toBe('');
  });

  it('a record: it waits and says so, the others go on', async () => {
    await verb('pause', '--record', 'Leads/op-one', ...BY);
    await signUp('op-one');
    await signUp('op-two');
    await until('the other Lead', () => lead('op-two'));
    const [held] = json(await verb('commands', 'list', '--record', 'Leads/op-one', '--json')) as {
      waitingFor: string[];
    }[];
    expect(held?.waitingFor).toEqual(['a hold']);
    expect(await lead('op-one')).toBeUndefined();
    await verb('resume', '--record', 'Leads/op-one', ...BY);
    await fixture.quiet();
    expect(await lead('op-one')).toBeDefined();
    expect((await auditOf('Leads/op-one')).map((row) => (row as { verb: string }).verb)).toEqual(['pause', 'resume']);
  });
});
