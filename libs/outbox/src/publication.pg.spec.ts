import { OutboxContext } from '../test/outbox.context.ts';
import { emit } from './emit.call.ts';

let context: OutboxContext;

beforeAll(async () => {
  context = await OutboxContext.open();
});
afterAll(() => context.close());

interface Reading {
  readonly relations: string[];
  /** Relations that rows were told of. */
  readonly inserts: string[];
}

/**
 * Reads pgoutput messages: `R` has a relation's oid, then its namespace and name, each ended by zero; `I` begins with the oid.
 * Of a row in a partition the server tells both relations, and the row under the one that is published.
 */
function read(messages: readonly { data: Buffer }[]): Reading {
  const names = new Map<number, string>();
  const inserts: string[] = [];
  for (const { data } of messages) {
    const kind = data.toString('latin1', 0, 1);
    if (kind === 'R') names.set(data.readUInt32BE(1), data.toString('utf8', 5).split('\0').slice(0, 2).join('.'));
    else if (kind === 'I') inserts.push(names.get(data.readUInt32BE(1)) ?? 'unknown');
    else expect(['B', 'C']).toContain(kind);
  }
  return { relations: [...names.values()], inserts };
}

describe('the publication causeway_outbox', () => {
  it('streams inserts as outbox.events whatever the partition, and nothing else', async () => {
    await context.connected(async (client) => {
      const slot = context.scratch.name;
      await client.query(`select pg_create_logical_replication_slot($1, 'pgoutput', true)`, [slot]);
      await context.run('create table other (id integer primary key)');
      await context.db.transaction().execute(async (trx) => {
        await emit(trx, { aggregateType: 'user', aggregateId: '1', eventType: 'user.x', payload: {} });
      });
      await context.run(
        `insert into outbox.events (aggregate_type, aggregate_id, event_type, payload, created_at)
         values ('user', '2', 'user.x', '{}', now() - interval '400 days')`,
      );
      await context.run('insert into other values (1)');
      await context.run('delete from outbox.events');
      const { rows } = await client.query<{ data: Buffer }>(
        `select data from pg_logical_slot_get_binary_changes($1, null, null, 'proto_version', '1', 'publication_names', 'causeway_outbox')`,
        [slot],
      );
      const { relations, inserts } = read(rows);
      expect(inserts).toEqual(['outbox.events', 'outbox.events']);
      expect(relations).not.toContain('public.other');
    });
  });

  it('can be read by a login role with REPLICATION in the group of publishers', async () => {
    const role = context.scratch.name;
    await context.run(`create role ${role} login replication password 'p' in role causeway_publisher`);
    try {
      const attributes = await context.run(
        `select rolreplication, has_table_privilege(rolname, 'outbox.events', 'select') as reads from pg_roles where rolname = $1`,
        [role],
      );
      expect(attributes).toEqual([{ rolreplication: true, reads: true }]);
      await context.as(role, async (client) => {
        await client.query(`select pg_create_logical_replication_slot($1, 'pgoutput', true)`, [role]);
        await context.run(`select outbox.emit('user', '3', 'user.x', '{}')`);
        const { rows } = await client.query<{ data: Buffer }>(
          `select data from pg_logical_slot_get_binary_changes($1, null, null, 'proto_version', '1', 'publication_names', 'causeway_outbox')`,
          [role],
        );
        expect(read(rows).inserts).toEqual(['outbox.events']);
      });
    } finally {
      await context.run(`drop role ${role}`);
    }
  });
});
