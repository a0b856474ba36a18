import { Client } from 'pg';
import { startKeptStack } from './kept.stack.ts';

describe('a restart of embedded Postgres', () => {
  it('in order and at once: the same data on the same port', async () => {
    const stack = await startKeptStack({ postgres: true, kafka: false, cacheFolder: '', progress: () => undefined });
    try {
      const ask = async (sql: string): Promise<unknown[]> => {
        const client = new Client({ connectionString: stack.postgresUrl });
        await client.connect();
        const { rows } = await client.query<Record<string, unknown>>(sql);
        await client.end();
        return rows;
      };
      expect(stack.restart.kafka).toBeUndefined();
      await ask('create table survives (n integer)');
      await ask('insert into survives values (1)');
      const [before] = await ask('select pg_postmaster_start_time() as time');
      await stack.restart.postgres?.('in order');
      await ask('insert into survives values (2)');
      await stack.restart.postgres?.('at once');
      expect(await ask('select n from survives order by n')).toEqual([{ n: 1 }, { n: 2 }]);
      expect(await ask('select pg_postmaster_start_time() as time')).not.toEqual([before]);
    } finally {
      await stack.stop();
    }
  });
});
