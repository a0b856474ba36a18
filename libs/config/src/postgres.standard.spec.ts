import { loadConfig } from './load.config.ts';
import { integrationOptions } from './options/integration.options.ts';
import { publisherOptions } from './options/publisher.options.ts';
import { isOwnOptionSet } from './postgres.standard.ts';

const { sourceUrl } = publisherOptions;
const OWN = { CAUSEWAY_SOURCE_URL: 'postgres://own' };

describe('the URL of a database', () => {
  it.each<[string, Record<string, string>, string]>([
    ['our own option first', { ...OWN, DATABASE_URL: 'postgres://standard', PGHOST: 'db' }, 'postgres://own'],
    ['then DATABASE_URL', { DATABASE_URL: 'postgres://standard', PGHOST: 'db' }, 'postgres://standard'],
    ['then PG*', { PGHOST: 'db' }, 'postgres://'],
    ['PG* with an empty DATABASE_URL', { DATABASE_URL: '', PGDATABASE: 'shop' }, 'postgres://'],
  ])('%s', (_, env, expected) => {
    expect(loadConfig({ sourceUrl }, env).sourceUrl).toBe(expected);
    const { CAUSEWAY_SOURCE_URL: own, ...standard } = env;
    const asIntegration = own === undefined ? standard : { ...standard, CAUSEWAY_INTEGRATION_URL: own };
    expect(loadConfig(integrationOptions, asIntegration).integrationUrl).toBe(expected);
  });

  it('is required', () => {
    expect(() => loadConfig({ sourceUrl }, { PGSSLMODE: 'require' })).toThrow('CAUSEWAY_SOURCE_URL is required');
  });

  it('is our own when the variable or its file is set', () => {
    expect(isOwnOptionSet(sourceUrl, OWN)).toBe(true);
    expect(isOwnOptionSet(sourceUrl, { CAUSEWAY_SOURCE_URL_FILE: '/run/secrets/url' })).toBe(true);
    expect(isOwnOptionSet(sourceUrl, { DATABASE_URL: 'postgres://standard' })).toBe(false);
  });
});
