import type { Area, Operation, Shape } from './contract.files.ts';

type Drawn = Operation['answers'][string];

/** Where else an answer may be drawn when its own status is not: the fact sheet names the statuses (reference 0.2, 2.1, 7.1). */
const ELSEWHERE: Readonly<Record<number, readonly number[]>> = {
  201: [200],
  207: [200, 201, 202, 400],
  400: [202],
};

/** The shapes that an answer of that status may have; `file` or `empty` where it is no JSON; none when it is not described. */
export function drawnAnswers(
  about: { readonly areas: readonly Area[]; readonly operation: Operation },
  status: number,
): { readonly shapes: readonly Shape[]; readonly file?: string; readonly empty?: true } {
  const { answers } = about.operation;
  const own = answers[String(status)];
  if (own === null) return { shapes: [], empty: true };
  if (own !== undefined && 'file' in own) return { shapes: [], file: own.file };
  const others = (ELSEWHERE[status] ?? []).map((code) => answers[String(code)]);
  const shapes = [own, ...others, onlyOne(answers, status)].filter(isShape).flatMap(flat);
  // Some succeeded and some failed: items of both kinds in one list.
  return { shapes: status === 207 ? oneList(about.areas, shapes) : shapes };
}

/** Some files draw every answer, also errors, under 200. */
function onlyOne(answers: Operation['answers'], status: number): Drawn | undefined {
  const codes = Object.keys(answers).filter((code) => code !== '204');
  return status < 500 && codes.length === 1 && codes[0] === '200' ? answers['200'] : undefined;
}

const isShape = (drawn: Drawn | undefined): drawn is Shape =>
  drawn !== undefined && drawn !== null && !('file' in drawn);

const flat = (shape: Shape): Shape[] => (shape.anyOf === undefined ? [shape] : shape.anyOf.flatMap(flat));

function oneList(areas: readonly Area[], shapes: readonly Shape[]): Shape[] {
  const named = new Map(areas.flatMap((area) => Object.entries(area.schemas)));
  const lists = new Map<string, Shape[]>();
  for (const shape of shapes) {
    const whole = shape.$ref === undefined ? shape : (named.get(shape.$ref) ?? {});
    for (const [key, property] of Object.entries(whole.properties ?? {})) {
      if (property.items !== undefined) lists.set(key, [...(lists.get(key) ?? []), property.items]);
    }
  }
  return [...lists].map(([key, items]) => ({
    type: 'object',
    required: [key],
    properties: { [key]: { type: 'array', items: { anyOf: items } } },
  }));
}
