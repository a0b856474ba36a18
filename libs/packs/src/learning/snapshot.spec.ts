import { eventOf, play, playRow, type EventSeed, type TableRow } from '#mapping';
import { mapping } from './mapping.ts';
import { badge, completed, signUp, snapshot, started, told } from './mapping.seeds.ts';

const silent = { operation: 'write' as const, module: 'Contacts', trigger: [] };

const rows: TableRow[] = [
  {
    name: 'replaces figures: pillars that it does not name are 0',
    given: [signUp, completed('q1', { xp: { stem: 300, art: 5 } }), started('q2')],
    when: snapshot({
      xp: { stem: 260, wellness: 10 },
      open_enrolments: ['q3', 'q4', 'q3', 5],
      completed_quests: 4,
      tasks_completed: 11,
      badges_earned: 2,
      streak_days: 6,
      parent_ids: ['p1'],
      lms_platform: 'canvas',
      last_active_at: '2026-03-03T18:20:00Z',
    }),
    expect: {
      problems: ['invalid_value open_enrolments'],
      commands: [
        {
          ...silent,
          fields: {
            Total_XP: 270,
            XP_STEM: 260,
            XP_Wellness: 10,
            XP_Art: 0,
            Active_Quests: 2,
            Completed_Quests: 4,
            Tasks_Completed: 11,
            Badges_Earned: 2,
            Current_Streak: 6,
            Parent_Linked: true,
            LMS_Platform: 'Canvas',
            Last_Activity_Date: '2026-03-03T18:20:00+00:00',
          },
        },
      ],
    },
  },
  {
    name: 'leaves what it does not tell and what it cannot say',
    given: [
      signUp,
      completed('q1', { xp: { stem: 300 } }),
      told('lms.connected', { integration_id: 'i', platform: 'moodle' }),
    ],
    when: snapshot({ xp: 'much', completed_quests: -1, open_enrolments: 'q1', lms_platform: 'Abacus' }),
    expect: {
      problems: [
        'invalid_value xp',
        'invalid_value open_enrolments',
        'invalid_value completed_quests',
        'unknown_value lms_platform',
      ],
    },
  },
  {
    name: 'null says that there is no learning system',
    given: [signUp, told('lms.connected', { integration_id: 'i', platform: 'moodle' })],
    when: snapshot({ lms_platform: null }),
    expect: { commands: [{ ...silent, fields: { LMS_Platform: 'None' } }] },
  },
  {
    name: 'keeps what was seen: a completion and a badge count once more with nobody',
    given: [signUp, completed('q1'), snapshot({ completed_quests: 9 })],
    when: completed('q1'),
    expect: { verdict: 'ignored: already_completed' },
  },
  {
    name: 'that is older than the last is ignored whole',
    given: [signUp, snapshot({ streak_days: 2 })],
    when: snapshot({ streak_days: 1, xp: { stem: 'x' } }, '2026-03-03T02:00:00Z'),
    expect: { verdict: 'ignored: older_snapshot' },
  },
  {
    name: 'of the same instant counts',
    given: [signUp, snapshot({ streak_days: 2 })],
    when: snapshot({ streak_days: 1 }),
    expect: { commands: [{ ...silent, fields: { Current_Streak: 1 } }] },
  },
  {
    name: 'is no activity by itself, and an older activity does not count',
    given: [signUp],
    when: snapshot({ last_active_at: '2026-02-01T00:00:00Z' }),
    expect: {},
  },
  {
    name: 'brings a user who was there before us, with what waited',
    given: [badge('b1')],
    when: snapshot({ reason: 'migration', email: 'old@example.com', registered_at: '2019-05-01' }),
    expect: { commands: [{ ...silent, module: 'Contacts' }, { operation: 'note' }] },
  },
];

describe('a snapshot', () => {
  it.each(rows)('$name', (row) => {
    const { actual, expected } = playRow(mapping, row);
    expect(actual).toEqual(expected);
  });

  it.each([
    ['nightly', 'reconcile'],
    ['repair', 'reconcile'],
    ['migration', 'backfill'],
    [null, 'reconcile'],
  ])('for the reason %s works in the lane %s', (reason, lane) => {
    expect(lastOf([snapshot({ reason })]).lane).toBe(lane);
  });

  it('leaves the lane of everything else alone', () => {
    expect(lastOf([signUp])).not.toHaveProperty('lane');
  });
});

function lastOf(seeds: readonly EventSeed[]) {
  const { results } = play(
    mapping,
    seeds.map((seed, index) => eventOf(mapping, seed, index + 1)),
  );
  const last = results.at(-1);
  if (last === undefined) throw new Error('there was no event');
  return last;
}
