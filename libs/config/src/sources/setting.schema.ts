import { z } from 'zod';
import type { Option } from '../option.ts';
import { maskPassword } from '../summary.config.ts';

/** An option as a key of a file: the same form as in the environment, numbers and booleans also as such. Absent is undefined. */
export function settingSchema<T>(option: Option<T>) {
  const description = `${option.help} (${option.type.name}). Unless given: ${option.env}`;
  return z
    .unknown()
    .optional()
    .meta({ ...(option.type.json ?? { type: 'string' }), description })
    .transform((given, context): T | undefined => {
      if (given === undefined) return undefined;
      try {
        if (typeof given === 'string') return option.type.parse(given);
        if (typeof given === 'number' || typeof given === 'boolean') return option.type.parse(String(given));
        throw new Error(option.type.name);
      } catch (error) {
        const form = error instanceof Error ? error.message : option.type.name;
        context.addIssue(`must be ${form}, not ${maskPassword(JSON.stringify(given))}`);
        return z.NEVER;
      }
    });
}
