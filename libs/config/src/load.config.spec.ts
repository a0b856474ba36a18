import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isCausewayError } from '#contracts';
import { loadConfig } from './load.config.ts';
import type { Environment } from './option.ts';
import { crmOptions } from './options/crm.options.ts';
import { integrationOptions } from './options/integration.options.ts';
import { kafkaOptions } from './options/kafka.options.ts';
import { processOptions } from './options/process.options.ts';
import type { OptionSet } from './option.ts';

const KEY = 'ab'.repeat(32);
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'causeway-config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The problems of a set-up that cannot be used, one a line. */
function problemsOf(options: OptionSet, env: Environment): string[] {
  try {
    loadConfig(options, env);
  } catch (error) {
    if (!isCausewayError(error, 'CONFIG_INVALID')) throw error;
    return error.message.split('\n').flatMap((line) => (line.startsWith('  - ') ? [line.slice(4)] : []));
  }
  return [];
}

describe('loadConfig', () => {
  it('reads values and takes defaults', () => {
    const config = loadConfig(kafkaOptions, { CAUSEWAY_KAFKA_BROKERS: 'a:1,b:2', CAUSEWAY_TOPIC_PARTITIONS: '12' });
    expect(config).toMatchObject({ kafkaBrokers: ['a:1', 'b:2'], topicPartitions: 12, topicReplication: 1 });
  });

  it('does not look at what is not ours', () => {
    expect(loadConfig(processOptions, { PATH: '/bin', MY_CAUSEWAY_THING: '1' }).port).toBe(0);
  });

  it('lists every missing, malformed and unknown setting at once', () => {
    const problems = problemsOf(
      { ...processOptions, ...kafkaOptions, ...integrationOptions },
      { CAUSEWAY_PORT: '70000', CAUSEWAY_LOG_LEVEL: 'loud', CAUSEWAY_KAFKA_BROKER: 'a:1', CAUSEWAY_POOL_SIZE: 'many' },
    );
    expect(problems).toHaveLength(6);
    const text = problems.join('\n');
    expect(text).toContain('CAUSEWAY_KAFKA_BROKER is no setting of Causeway');
    expect(text).toContain('CAUSEWAY_PORT must be a whole number, 0 to 65535, not "70000"');
    expect(text).toContain('CAUSEWAY_LOG_LEVEL must be one of trace, debug, info, warn, error, silent, not "loud"');
    expect(text).toContain('CAUSEWAY_POOL_SIZE must be a whole number');
    expect(text).toContain('CAUSEWAY_KAFKA_BROKERS is required: Kafka bootstrap servers');
    expect(text).toContain('CAUSEWAY_INTEGRATION_URL is required:');
  });

  it('knows the settings of other processes', () => {
    expect(problemsOf(processOptions, { CAUSEWAY_SLOT: 'portal', CAUSEWAY_SECRET_KEY: KEY })).toEqual([]);
  });

  it.each(['CAUSEWAY_INTEGRATION_URL', 'CAUSEWAY_KAFKA_BROKERS'])(
    'regression: an empty %s is missing, not an empty address',
    (name) => {
      const env = { CAUSEWAY_INTEGRATION_URL: 'postgres://db/x', CAUSEWAY_KAFKA_BROKERS: 'a:1', [name]: '' };
      const [problem, ...others] = problemsOf({ ...integrationOptions, ...kafkaOptions }, env);
      expect(problem).toContain(`${name} is required`);
      expect(others).toEqual([]);
    },
  );

  it('takes an empty text where the default is one', () => {
    expect(loadConfig(processOptions, { CAUSEWAY_TOPIC_PREFIX: '' }).topicPrefix).toBeUndefined();
  });

  describe('secrets', () => {
    it('come from the file that <name>_FILE names, without its last line break', () => {
      const file = join(folder, 'key');
      writeFileSync(file, `${KEY}\n`);
      expect(loadConfig(crmOptions, { CAUSEWAY_SECRET_KEY_FILE: file }).secretKey).toBe(KEY);
    });

    it('come from the environment first', () => {
      const env = { CAUSEWAY_SECRET_KEY: KEY, CAUSEWAY_SECRET_KEY_FILE: '/does/not/exist' };
      expect(loadConfig(crmOptions, env).secretKey).toBe(KEY);
    });

    it('are missing when the file cannot be read', () => {
      const env = { CAUSEWAY_SECRET_KEY_FILE: '/does/not/exist' };
      expect(problemsOf(crmOptions, env)).toEqual([
        'CAUSEWAY_SECRET_KEY_FILE names a file that cannot be read: /does/not/exist',
      ]);
    });

    it('are missing when the file is empty', () => {
      const file = join(folder, 'empty');
      writeFileSync(file, '\n');
      expect(problemsOf(crmOptions, { CAUSEWAY_SECRET_KEY_FILE: file })[0]).toContain(
        'CAUSEWAY_SECRET_KEY is required',
      );
    });

    it('have a file, and nothing else has', () => {
      const [problem] = problemsOf(kafkaOptions, { CAUSEWAY_KAFKA_BROKERS: 'a:1', CAUSEWAY_KAFKA_BROKERS_FILE: 'x' });
      expect(problem).toBe('CAUSEWAY_KAFKA_BROKERS_FILE is no setting of Causeway');
    });

    it('are not shown when they are malformed', () => {
      const options = { secretPort: { ...processOptions.port, secret: true } };
      expect(problemsOf(options, { CAUSEWAY_PORT: 's3cret' })).toEqual([
        'CAUSEWAY_PORT must be a whole number, 0 to 65535',
      ]);
    });
  });

  it('regression: masks a password in a malformed value', () => {
    const [problem] = problemsOf(crmOptions, {
      CAUSEWAY_SECRET_KEY: KEY,
      CAUSEWAY_NOTIFY_URL: 'https://app:s3cret@host:port',
    });
    expect(problem).toContain('CAUSEWAY_NOTIFY_URL must be a URL');
    expect(problem).not.toContain('s3cret');
  });
});
