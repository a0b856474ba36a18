import { startStack } from './start.stack.ts';

const nothing = (): void => undefined;

describe('startStack', () => {
  it('takes the servers of the environment and leaves them running', async () => {
    const env = { CAUSEWAY_POSTGRES_URL: 'postgres://db/postgres', CAUSEWAY_KAFKA_BROKERS: 'a:1, b:2' };
    const stack = await startStack({ progress: nothing, env });
    expect(stack).toMatchObject({
      provider: 'environment',
      postgresUrl: 'postgres://db/postgres',
      kafkaBrokers: ['a:1', 'b:2'],
    });
    await stack.stop();
  });

  it('refuses settings that it does not know', async () => {
    await expect(startStack({ progress: nothing, env: { CAUSEWAY_POSTGRES: 'x' } })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
  });
});
