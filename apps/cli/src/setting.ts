import { jsonSchema, type JsonObject } from '#contracts';
import { WrongUse } from './exit.codes.ts';

/**
 * `["record_types=[\"contacts\"]"]` -> `{record_types: ["contacts"]}`; what is no JSON is text.
 * @throws WrongUse for anything but `name=value`, and for a name that has an option of its own
 */
export function settingsOf(given: readonly string[]): JsonObject {
  return Object.fromEntries(
    given.map((setting) => {
      const [, name, text = ''] = /^(\w+)=(.*)$/s.exec(setting) ?? [];
      if (name === undefined) throw new WrongUse(`"${setting}" is no setting: name=value`);
      if (name === 'watch') throw new WrongUse('what is watched is said by --watch');
      return [name, valueOf(text)];
    }),
  );
}

function valueOf(text: string): JsonObject[string] {
  try {
    return jsonSchema.parse(JSON.parse(text));
  } catch {
    return text;
  }
}
