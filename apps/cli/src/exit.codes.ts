/** Exit codes of every verb. */
export const EXIT = { done: 0, problems: 1, wrongUse: 2, cannotReach: 3 } as const;

/** What a verb needs is not there: no system runs, or a server does not answer. */
export class CannotReach extends Error {}

/** An argument that cannot be used; the message says what is wanted. */
export class WrongUse extends Error {}
