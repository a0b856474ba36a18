import { sql } from 'kysely';
import { insertCommands } from '#ledger';
import { createRegistry } from '#observability';
import { aNewCommand, integrationDatabase, silentLogger, type IntegrationContext } from '#testing';
import { LedgerGate } from './ledger.gate.ts';
import { mapperMetrics } from './mapper.metrics.ts';

let context: IntegrationContext;
let said: string[];
let gate: LedgerGate;
const registry = createRegistry('spec');
const metrics = mapperMetrics(registry);

beforeAll(async () => {
  context = await integrationDatabase('ledger_gate');
});
beforeEach(async () => {
  await context.clear();
  await context.addConnection();
  said = [];
  const consumer = {
    pause: (reason: string): void => void said.push(`pause: ${reason}`),
    resume: (): void => void said.push('resume'),
  };
  gate = new LedgerGate({ db: context.db, most: 10, consumer, metrics, logger: silentLogger });
});
afterAll(() => context[Symbol.asyncDispose]());

const add = (count: number): Promise<void> =>
  insertCommands(
    context.db,
    Array.from({ length: count }, () => aNewCommand()),
  );
const done = (count: number): Promise<unknown> =>
  sql`update ledger.commands set state = 'succeeded'
       where id in (select id from ledger.commands where state = 'ready' order by id limit ${count})`.execute(
    context.db,
  );

describe('LedgerGate', () => {
  it('pauses when too many commands wait, says why, and goes on when a fifth of the limit is free', async () => {
    await add(10);
    await gate.look();
    expect(said).toEqual([]);
    await add(1);
    await gate.look();
    await gate.look();
    expect(said).toEqual(['pause: more than 10 commands wait for the CRM (CAUSEWAY_LEDGER_DEPTH)']);
    expect(await registry.metrics()).toMatch(/causeway_mapper_paused\{.*\} 1/);
    await done(3);
    await gate.look();
    expect(said).toHaveLength(1);
    await done(1);
    await gate.look();
    expect(said.at(-1)).toBe('resume');
    expect(await registry.metrics()).toMatch(/causeway_mapper_paused\{.*\} 0/);
  });

  it.each(['paused', 'action_needed', 'disconnected'])(
    'does not count what waits for a connection that is %s: it would hold up every other tenant',
    async (state) => {
      await add(50);
      await sql`update connections.connections set state = ${state}`.execute(context.db);
      await gate.look();
      expect(said).toEqual([]);
    },
  );

  it('does not count parked commands', async () => {
    await add(50);
    await sql`update ledger.commands set state = 'parked'`.execute(context.db);
    await gate.look();
    expect(said).toEqual([]);
  });
});
