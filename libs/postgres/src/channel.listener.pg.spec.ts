import { adminUrl, until, withClient } from '../test/server.ts';
import { listen } from './channel.listener.ts';
import { createScratchDatabase, type ScratchDatabase } from './scratch.database.ts';

let scratch: ScratchDatabase;

beforeAll(async () => {
  scratch = await createScratchDatabase({ adminUrl: adminUrl(), prefix: 'listen' });
});

afterAll(() => scratch.drop());

const notify = (payload: string): Promise<unknown> =>
  withClient(scratch.url, (client) => client.query('select pg_notify($1, $2)', ['ready for work', payload]));

const listeners = `select pid from pg_stat_activity where application_name = 'listen-test' and datname = current_database()`;

describe('listen', () => {
  it('says when it begins, passes notifications on, connects again after a loss, and stops', async () => {
    const heard: (string | null)[] = [];
    const listener = await listen({
      url: scratch.url,
      channel: 'ready for work',
      applicationName: 'listen-test',
      onNotify: (payload) => heard.push(payload),
    });
    expect(heard).toEqual([null]);
    await notify('one');
    await until(() => heard.length === 2);

    await withClient(scratch.url, (client) =>
      client.query(`select pg_terminate_backend(pid) from (${listeners}) as l`),
    );
    await until(() => heard.length === 3);
    await notify('two');
    await until(() => heard.length === 4);
    expect(heard).toEqual([null, 'one', null, 'two']);

    await listener.close();
    await withClient(scratch.url, (client) => until(async () => (await client.query(listeners)).rowCount === 0));
    await notify('three');
    expect(heard).toHaveLength(4);
  });

  it('can be closed while it waits to connect again', async () => {
    const own = await createScratchDatabase({ adminUrl: adminUrl(), prefix: 'listen' });
    const began: unknown[] = [];
    const listener = await listen({ url: own.url, channel: 'c', onNotify: (payload) => began.push(payload) });
    await own.drop();
    await listener.close();
    expect(began).toEqual([null]);
  });

  it('fails at once when the first connection cannot be had', async () => {
    const options = { channel: 'c', onNotify: () => undefined };
    await expect(listen({ ...options, url: 'postgres://nobody@127.0.0.1:1/none' })).rejects.toMatchObject({
      code: 'POSTGRES_UNREACHABLE',
    });
  });
});
