import { OPTION_GROUPS, catalogue } from './option.catalogue.ts';
import type { Option } from './option.ts';

const grouped = Object.values(OPTION_GROUPS).flatMap((group) => Object.entries<Option<unknown>>(group));
/** Read under two names: the services want brokers, the commands that provide a stack can do without. */
const SHARED = ['CAUSEWAY_KAFKA_BROKERS'];

describe('the catalogue of options', () => {
  it.each(grouped)('%s has a name, a help text and a default that can be read', (_name, option) => {
    expect(option.env).toMatch(/^CAUSEWAY_[A-Z]+(_[A-Z]+)*$/);
    expect(option.help).toMatch(/^[A-Z].{10,}[^.]$/);
    expect(option.type.name).not.toBe('');
    if (option.default !== undefined) expect(() => option.type.parse(option.default ?? '')).not.toThrow();
  });

  it('shows every option in a group', () => {
    const shown = new Set(grouped.map(([, { env }]) => env));
    for (const { env } of Object.values<Option<unknown>>(catalogue)) expect(shown).toContain(env);
    expect(Object.keys(catalogue)).toHaveLength(new Set(grouped.map(([name]) => name)).size);
  });

  it('has one declaration for each environment name', () => {
    const names = grouped.map(([, { env }]) => env).filter((env) => !SHARED.includes(env));
    expect(new Set(names).size).toBe(names.length);
  });

  it('marks whatever holds a password, key or token as a secret', () => {
    const suspicious = grouped.filter(([, { env }]) =>
      /SECRET|TOKEN(?!_URL|_FILE)|PASSWORD|(SOURCE|INTEGRATION|POSTGRES)_URL/.test(env),
    );
    expect(suspicious.length).toBeGreaterThan(4);
    for (const [, option] of suspicious) expect(option).toMatchObject({ secret: true });
  });
});
