import { choice, isMissing, read, type Kind, type ProblemCode } from '#mapping';
import { count } from './payload.kinds.ts';

export const PILLARS = ['stem', 'wellness', 'communication', 'civics', 'art'] as const;
export type Pillar = (typeof PILLARS)[number];

/** XP by pillar; `other` holds those of pillars that we do not know. */
export type Xp = Readonly<Record<Pillar | 'other', number>>;

export const NO_XP: Xp = { stem: 0, wellness: 0, communication: 0, civics: 0, art: 0, other: 0 };

/** What an event says of XP. What cannot be used of it counts 0, and is noted once the event is known to count. */
export interface ToldXp {
  readonly xp: Xp;
  readonly problems: readonly { readonly code: ProblemCode; readonly field: string }[];
}

const pillar = choice(PILLARS);

/** An object from pillar to integer. The name of an unknown pillar is a value of the product, so it stands in no problem. */
export const xpTold: Kind<ToldXp> = (input) => {
  if (isMissing(input)) return input === undefined ? read.absent : read.empty;
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return read.invalid;
  const xp = { ...NO_XP };
  const problems: ToldXp['problems'][number][] = [];
  for (const [name, value] of Object.entries(input)) {
    const known = pillar(name);
    const field = known.is === 'value' ? `xp.${known.value}` : 'xp';
    if (known.is !== 'value') problems.push({ code: 'unknown_value', field });
    const told = count(value);
    if (told.is === 'invalid') problems.push({ code: told.code, field });
    if (told.is === 'value') xp[known.is === 'value' ? known.value : 'other'] += told.value;
  }
  return read.value({ xp, problems });
};

export function addXp(a: Xp, b: Xp): Xp {
  return {
    stem: a.stem + b.stem,
    wellness: a.wellness + b.wellness,
    communication: a.communication + b.communication,
    civics: a.civics + b.civics,
    art: a.art + b.art,
    other: a.other + b.other,
  };
}

/** One source for the total and the pillars: they cannot disagree. */
export function totalOf(xp: Xp): number {
  return Object.values(xp).reduce((sum, points) => sum + points, 0);
}

/** From this total on, inclusive; the highest first. */
const LEVELS = [
  [3000, 'Sage'],
  [1500, 'Scholar'],
  [750, 'Creator'],
  [250, 'Builder'],
] as const;

export function levelOf(total: number): string {
  return LEVELS.find(([from]) => total >= from)?.[1] ?? 'Explorer';
}
