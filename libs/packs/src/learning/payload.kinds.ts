import { choice, id, integer, isMissing, read, text, type Kind } from '#mapping';

/** Counts and XP: what is beyond is no figure of a learner. */
export const count = integer({ min: 0, max: 1_000_000 });

export const role = choice({
  student: 'Student',
  parent: 'Parent',
  advisor: 'Advisor',
  admin: 'Admin',
  observer: 'Observer',
});

const platform = choice({
  none: 'None',
  canvas: 'Canvas',
  google_classroom: 'Google Classroom',
  schoology: 'Schoology',
  moodle: 'Moodle',
});

/** Spaces and hyphens are read as `_`: products write these names in many ways. */
export const platformOrNone: Kind<string> = (input) => {
  const given = text(input);
  return given.is === 'value' ? platform(given.value.replaceAll(/[ -]/g, '_')) : given;
};

/** One that can be connected. */
export const lmsPlatform: Kind<string> = (input) => {
  const given = platformOrNone(input);
  return given.is === 'value' && given.value === 'None' ? read.unlisted : given;
};

/** Ids, each once, in the order in which they came. `dropped`: some entries were none. */
export interface ToldIds {
  readonly ids: readonly string[];
  readonly dropped: boolean;
}

const entry = id();

export const idList: Kind<ToldIds> = (input) => {
  if (isMissing(input)) return input === undefined ? read.absent : read.empty;
  if (!Array.isArray(input)) return read.invalid;
  const usable = input.flatMap((given: unknown) => {
    const told = entry(given);
    return told.is === 'value' ? [told.value] : [];
  });
  return read.value({ ids: [...new Set(usable)], dropped: usable.length < input.length });
};
