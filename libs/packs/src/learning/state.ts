import type { RecordName } from '#contracts';
import type { Instant, WantedNote, WantedTask } from '#mapping';
import { NO_XP, type Xp } from './xp.values.ts';

export const PROFILE_FIELDS = [
  'email',
  'role',
  'first_name',
  'last_name',
  'display_name',
  'bio',
  'mail_opt_out',
] as const;
export type ProfileField = (typeof PROFILE_FIELDS)[number];

/** Null: cleared. `at`: when the event that said so occurred. */
export interface ProfileValue {
  readonly value: string | boolean | null;
  readonly at: Instant;
}

/** A field that is null was never told: it is unknown. */
export type Profile = Readonly<Record<ProfileField, ProfileValue | null>>;

/** What happens once, asked for before there was a contact for it. */
export type Pending = WantedTask | WantedNote;

/** What is known of one user (specification, section 4). Instants are canonical texts. */
export interface State {
  readonly userId: string;
  readonly phase: 'waiting' | 'registered' | 'deleted';
  /** The last event lets the CRM's automations run. */
  readonly tells: boolean;
  readonly profile: Profile;
  readonly registeredAt: Instant | null;
  readonly xp: Xp;
  /** Enrolments that were started and not finished. */
  readonly open: readonly string[];
  /** Enrolments whose completion was seen as an event. */
  readonly completed: readonly string[];
  readonly completedQuests: number;
  readonly tasksCompleted: number;
  /** Badges that were seen as events. */
  readonly badges: readonly string[];
  readonly badgesEarned: number;
  readonly streakDays: number;
  readonly parents: readonly string[];
  readonly lms: string;
  readonly lastActivityAt: Instant | null;
  /** When the last snapshot that counted was taken. */
  readonly snapshotAt: Instant | null;
  readonly pending: readonly Pending[];
}

export const initial: State = {
  userId: '',
  phase: 'waiting',
  tells: false,
  profile: {
    email: null,
    role: null,
    first_name: null,
    last_name: null,
    display_name: null,
    bio: null,
    mail_opt_out: null,
  },
  registeredAt: null,
  xp: NO_XP,
  open: [],
  completed: [],
  completedQuests: 0,
  tasksCompleted: 0,
  badges: [],
  badgesEarned: 0,
  streakDays: 0,
  parents: [],
  lms: 'None',
  lastActivityAt: null,
  snapshotAt: null,
  pending: [],
};

export function contactOf({ userId }: Pick<State, 'userId'>): RecordName {
  return { module: 'Contacts', identity: { field: 'External_ID', value: userId } };
}

export function taskOf(enrolmentId: string): RecordName {
  return { module: 'Tasks', identity: { field: 'External_ID', value: enrolmentId } };
}
