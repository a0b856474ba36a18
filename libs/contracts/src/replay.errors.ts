/** Codes of replays; part of the catalogue (error.catalogue.ts). */
export const replayErrors = {
  REPLAY_TAKEN: {
    meaning: 'Somebody else works on this replay, or it has ended',
    action: 'Look at `causeway replay show <id>`: one whose process was killed can be resumed a minute later.',
    owner: 'platform',
  },
  REPLAY_CHANGED: {
    meaning: 'The pack of a replay has another version than when the replay began',
    action: 'Give the version that it began with (--pack), or cancel it and begin another one.',
    owner: 'platform',
  },
} as const;
