import { createPool } from './pool.factory.ts';

describe('createPool', () => {
  it('regression: a connection lost between two queries of its user does not end the process', async () => {
    const url = process.env['CAUSEWAY_POSTGRES_URL'] ?? '';
    const pool = createPool({ url, applicationName: 'pool-spec', max: 2 });
    try {
      const client = await pool.connect();
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
      const ended = new Promise<void>((resolve) => {
        client.once('end', resolve);
      });
      await pool.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
      await ended;
      await expect(client.query('select 1')).rejects.toThrow(/not queryable|terminat|closed/i);
      client.release(true);
      expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    } finally {
      await pool.end();
    }
  });
});
