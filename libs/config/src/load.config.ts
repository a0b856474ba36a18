import { readFileSync } from 'node:fs';
import { CausewayError } from '#contracts';
import { catalogue } from './option.catalogue.ts';
import type { Config, Environment, Option, OptionSet } from './option.ts';
import { maskPassword } from './summary.config.ts';

const PREFIX = 'CAUSEWAY_';

/**
 * Reads the options of one process from the environment.
 * @throws CausewayError `CONFIG_INVALID` whose message lists every missing, malformed and unknown setting at once.
 */
export function loadConfig<S extends OptionSet>(options: S, env: Environment = process.env): Config<S> {
  const problems = unknownNames(env);
  const entries = Object.entries(options).map(([name, option]) => {
    try {
      return [name, readOption(option, env)];
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
      return [name, undefined];
    }
  });
  if (problems.length > 0) {
    const settings = `${problems.map((problem) => `\n  - ${problem}`).join('')}\n`;
    throw new CausewayError('CONFIG_INVALID', { details: { settings } });
  }
  return Object.fromEntries(entries) as Config<S>;
}

function readOption(option: Option<unknown>, env: Environment): unknown {
  const given = textOf(option, env);
  // An empty text is what a compose file makes of a variable that is not set.
  const isMissing = given === undefined || (given === '' && option.default === undefined);
  if (isMissing) throw new Error(`${option.env} is required: ${option.help}`);
  try {
    return option.type.parse(given);
  } catch (error) {
    const form = error instanceof Error ? error.message : option.type.name;
    throw new Error(
      `${option.env} must be ${form}${option.secret ? '' : `, not ${JSON.stringify(maskPassword(given))}`}`,
      {
        cause: error,
      },
    );
  }
}

/** The environment wins, then the file that `<env>_FILE` names, then a standard setting, then the default. */
function textOf(option: Option<unknown>, env: Environment): string | undefined {
  const direct = env[option.env];
  if (direct !== undefined) return direct;
  const file = option.secret ? env[`${option.env}_FILE`] : undefined;
  if (file === undefined) return option.standard?.read(env) ?? option.default;
  try {
    return readFileSync(file, 'utf8').trimEnd();
  } catch {
    throw new Error(`${option.env}_FILE names a file that cannot be read: ${file}`);
  }
}

/** A misspelt setting would otherwise be a silent default, so names with our prefix that nobody declared are errors. */
function unknownNames(env: Environment): string[] {
  const known = new Set(
    Object.values<Option<unknown>>(catalogue).flatMap((entry) =>
      entry.secret ? [entry.env, `${entry.env}_FILE`] : [entry.env],
    ),
  );
  return Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && !known.has(name))
    .map((name) => `${name} is no setting of Causeway`);
}
