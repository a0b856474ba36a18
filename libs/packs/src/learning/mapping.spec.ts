import type { JsonObject } from '#contracts';
import { playRow, withSettings, type TableRow } from '#mapping';
import { mapping } from './mapping.ts';
import { badge, completed, goodbye, signUp, snapshot, started, told, USER } from './mapping.seeds.ts';

const identity = { field: 'External_ID', value: USER } as const;
const contact = { operation: 'write', module: 'Contacts', identity } as const;
const on = { ...contact, trigger: ['workflow'] };
const off = { ...contact, trigger: [] };
const profile = (data: JsonObject, time?: string) => told('user.profile_changed', data, time);
const activity = { Last_Activity_Date: '2026-03-02T10:00:00+00:00' };

const rows: TableRow[] = [
  {
    name: 'a sign-up: every figure from the start, nothing that is empty',
    when: signUp,
    expect: {
      commands: [
        {
          ...on,
          fields: {
            External_ID: USER,
            Email: 'ana@example.com',
            First_Name: 'Ana',
            Last_Name: 'Unknown',
            User_Type: 'Student',
            Signup_Date: '2026-03-01',
            Total_XP: 0,
            Level: 'Explorer',
            XP_STEM: 0,
            XP_Wellness: 0,
            XP_Communication: 0,
            XP_Civics: 0,
            XP_Art: 0,
            Active_Quests: 0,
            Completed_Quests: 0,
            Tasks_Completed: 0,
            Badges_Earned: 0,
            Current_Streak: 0,
            Portfolio_URL: 'https://learning.example/diploma/u1',
            Parent_Linked: false,
            LMS_Platform: 'None',
            Last_Activity_Date: '2026-03-01T10:00:00+00:00',
          },
        },
      ],
    },
  },
  {
    name: 'a role that is not known is Student at first sight',
    when: told('user.registered', { role: 'Head-Teacher' }),
    expect: { problems: ['unknown_value role'], commands: [on] },
  },
  {
    name: 'a role that is not known changes nothing later',
    given: [told('user.registered', { role: 'Advisor' })],
    when: profile({ role: 'wizard' }),
    expect: { problems: ['unknown_value role'] },
  },
  {
    name: 'a second sign-up changes the profile, silently',
    given: [signUp],
    when: told('user.registered', { last_name: 'Kaya', registered_at: '2020-01-01' }, '2026-03-02T10:00:00Z'),
    expect: { commands: [{ ...off, fields: { Last_Name: 'Kaya' } }] },
  },
  {
    name: 'a sign-up after a snapshot that did not tell the day fills it in',
    given: [snapshot({})],
    when: told('user.registered', {}, '2026-03-05T10:00:00Z'),
    expect: { commands: [{ ...off, fields: { Signup_Date: '2026-03-05' } }] },
  },
  {
    name: 'null and blank clear a profile field; a last name and a role fall back',
    given: [told('user.registered', { first_name: 'A', last_name: 'B', role: 'parent', bio: 'x' })],
    when: profile({ first_name: null, last_name: ' ', role: null, bio: '' }),
    expect: {
      commands: [
        { ...off, fields: { First_Name: null, Last_Name: 'Unknown', Description: null, User_Type: 'Student' } },
      ],
    },
  },
  {
    name: 'an address that cannot be used leaves the one before',
    given: [signUp],
    when: profile({ email: 'nobody' }),
    expect: { problems: ['invalid_value email'] },
  },
  {
    name: 'an older word on a profile field counts for nothing; what it alone tells counts',
    given: [signUp, profile({ first_name: 'Anna' }, '2026-03-03T10:00:00Z')],
    when: profile({ first_name: 'Old', display_name: 'An' }, '2026-03-02T10:00:00Z'),
    expect: { commands: [{ ...off, fields: { Display_Name: 'An' } }] },
  },
  {
    name: 'of one instant the last that came counts',
    given: [signUp],
    when: profile({ first_name: 'Anna' }),
    expect: { commands: [{ ...off, fields: { First_Name: 'Anna' } }] },
  },
  {
    name: 'a quest that is started only counts',
    given: [signUp],
    when: started('q1'),
    expect: { commands: [{ ...off, fields: { Active_Quests: 1 } }] },
  },
  {
    name: 'started twice',
    given: [signUp, started('q1')],
    when: started('q1'),
    expect: { verdict: 'ignored: already_started' },
  },
  {
    name: 'started after its end',
    given: [signUp, completed('q1')],
    when: started('q1'),
    expect: { verdict: 'ignored: already_completed' },
  },
  {
    name: 'abandoned',
    given: [signUp, started('q1'), started('q2')],
    when: told('quest.abandoned', { enrolment_id: 'q1' }),
    expect: { commands: [{ ...off, fields: { Active_Quests: 1 } }] },
  },
  {
    name: 'abandoned without a start',
    given: [signUp],
    when: told('quest.abandoned', { enrolment_id: 'q1' }),
    expect: { verdict: 'ignored: not_open' },
  },
  {
    name: 'completed: counts, XP by pillar, a task that is done and starts nothing',
    given: [signUp, started('q1')],
    when: completed('q1', {
      title: 'Bridge',
      xp: { stem: 250, art: null },
      tasks_completed: 2,
      evidence_url: 'ftp://x',
    }),
    expect: {
      problems: ['invalid_value evidence_url'],
      commands: [
        {
          ...on,
          fields: {
            Total_XP: 250,
            Level: 'Builder',
            XP_STEM: 250,
            Active_Quests: 0,
            Completed_Quests: 1,
            Tasks_Completed: 2,
            ...activity,
          },
        },
        {
          operation: 'task',
          module: 'Contacts',
          identity,
          trigger: [],
          effectKey: 'learning/quest/q1',
          fields: {
            Subject: 'Completed: Bridge',
            Status: 'Completed',
            Due_Date: '2026-03-02',
            Description: 'Quest: Bridge\nXP earned: 250\nEvidence: N/A\n[causeway:learning/quest/q1]',
            Event_Type: 'Quest Completion',
            XP_Earned: 250,
            External_ID: 'q1',
          },
        },
      ],
    },
  },
  {
    name: 'completed twice',
    given: [signUp, completed('q1')],
    when: completed('q1', { xp: { stem: 'x' } }),
    expect: { verdict: 'ignored: already_completed' },
  },
  {
    name: 'XP that is no object gives none; names of pillars are cleaned and never said',
    given: [signUp],
    when: completed('q1', { xp: [1] }),
    expect: { problems: ['invalid_value xp'], commands: [on, { operation: 'task' }] },
  },
  {
    name: 'entries of XP that cannot be used count nothing, the others stand',
    given: [signUp],
    when: completed('q1', { xp: { ' STEM': 1, stem: 2, art: -5, civics: 1.5, music: 9, dance: 'x' } }),
    expect: {
      problems: [
        'invalid_value xp.art',
        'invalid_value xp.civics',
        'unknown_value xp',
        'unknown_value xp',
        'invalid_value xp',
      ],
      commands: [
        { ...contact, fields: { Total_XP: 12, XP_STEM: 3, Completed_Quests: 1, ...activity } },
        { operation: 'task', effectKey: 'learning/quest/q1' },
      ],
    },
  },
  {
    name: 'without an enrolment nobody knows what was completed',
    given: [signUp],
    when: told('quest.completed', { title: 'x' }),
    expect: { verdict: 'set_aside: missing_value enrolment_id' },
  },
  {
    name: 'a badge is a note; its title is cut',
    given: [signUp],
    when: badge('b1', { name: 'x'.repeat(150), description: ' Well  done ', earned_at: '2026-02-28T23:30:00-05:00' }),
    expect: {
      commands: [
        { ...on, fields: { Badges_Earned: 1, ...activity } },
        {
          operation: 'note',
          trigger: [],
          effectKey: `learning/badge/${USER}/b1`,
          fields: {
            Note_Title: `Badge earned: ${'x'.repeat(106)}`,
            Note_Content: `Badge: ${'x'.repeat(150)}\nEarned on: 2026-03-01\nAbout: Well done\n[causeway:learning/badge/${USER}/b1]`,
          },
        },
      ],
    },
  },
  {
    name: 'a badge twice',
    given: [signUp, badge('b1')],
    when: badge('b1'),
    expect: { verdict: 'ignored: already_earned' },
  },
  {
    name: 'a streak',
    given: [signUp],
    when: told('streak.changed', { days: 7 }),
    expect: { commands: [{ ...off, fields: { Current_Streak: 7 } }] },
  },
  {
    name: 'a streak that is no number of days',
    given: [signUp],
    when: told('streak.changed', { days: 1_000_001 }),
    expect: { verdict: 'set_aside: invalid_value days' },
  },
  {
    name: 'the first parent is told, the second is not seen',
    given: [signUp, told('parent.linked', { parent_id: 'p1' })],
    when: told('parent.linked', { parent_id: 'p2' }),
    expect: {},
  },
  {
    name: 'a link to a parent tells the automations',
    given: [signUp],
    when: told('parent.linked', { parent_id: 'p1' }),
    expect: { commands: [{ ...on, fields: { Parent_Linked: true } }] },
  },
  {
    name: 'the last parent goes silently',
    given: [signUp, told('parent.linked', { parent_id: 'p1' })],
    when: told('parent.unlinked', { parent_id: 'p1' }),
    expect: { commands: [{ ...off, fields: { Parent_Linked: false } }] },
  },
  {
    name: 'a learning system, however its name is written',
    given: [signUp],
    when: told('lms.connected', { integration_id: 'i1', platform: 'Google-Classroom' }),
    expect: { commands: [{ ...off, fields: { LMS_Platform: 'Google Classroom' } }] },
  },
  ...['none', 'Blackboard'].map((platform) => ({
    name: `the learning system ${platform} cannot be connected`,
    given: [signUp],
    when: told('lms.connected', { integration_id: 'i1', platform }),
    expect: { verdict: 'set_aside: unknown_value platform' },
  })),
  {
    name: 'disconnected',
    given: [signUp, told('lms.connected', { integration_id: 'i1', platform: 'moodle' })],
    when: told('lms.disconnected'),
    expect: { commands: [{ ...off, fields: { LMS_Platform: 'None' } }] },
  },
  {
    name: 'what asks for a mail alone commands nothing',
    given: [signUp],
    when: told('password.reset_requested', {
      reset_id: 'r1',
      email: 'a@b.example',
      reset_url: 'https://l.example/r',
      expires_at: '2026-03-01T10:30:00Z',
    }),
    expect: {},
  },
  {
    name: 'an invitation without a safe address is set aside',
    given: [signUp],
    when: told('parent.invited', {
      invitation_id: 'v1',
      parent_email: 'a@b.example',
      invite_url: 'http://l.example/v',
      expires_at: '2026-03-08',
    }),
    expect: { verdict: 'set_aside: invalid_value invite_url' },
  },
  {
    name: 'before the sign-up nothing is commanded',
    when: completed('q1'),
    expect: {},
  },
  {
    name: 'the sign-up brings what waited for it, in the order in which it came',
    given: [completed('q1'), badge('b1'), completed('q2')],
    when: signUp,
    expect: {
      commands: [
        on,
        { effectKey: 'learning/quest/q1' },
        { effectKey: `learning/badge/${USER}/b1` },
        { effectKey: 'learning/quest/q2' },
      ],
    },
  },
  {
    name: 'a user who is gone takes the tasks along, then the contact; they start no automation',
    given: [signUp, completed('q1'), completed('q2')],
    when: goodbye,
    expect: {
      commands: [
        { operation: 'delete', module: 'Tasks', identity: { field: 'External_ID', value: 'q2' }, trigger: [] },
        { operation: 'delete', module: 'Tasks', identity: { field: 'External_ID', value: 'q1' }, trigger: [] },
        { operation: 'delete', module: 'Contacts', identity, trigger: [] },
      ],
    },
  },
  { name: 'one who never signed up is gone without a command', given: [completed('q1')], when: goodbye, expect: {} },
  ...[signUp, completed('q9'), snapshot({}), goodbye].map((when) => ({
    name: `after that ${when.type} counts for nothing`,
    given: [signUp, goodbye],
    when,
    expect: { verdict: 'ignored: after_deletion' },
  })),
];

describe('learning, event by event', () => {
  it.each(rows)('$name', (row) => {
    const { actual, expected } = playRow(mapping, row);
    expect(actual).toEqual(expected);
  });
});

describe('settings of the connection', () => {
  it('say where the portfolios are', () => {
    const own = withSettings(mapping, { portfolio_base: 'https://school.example/p/' });
    const { actual } = playRow(own, { name: '', when: signUp, expect: {} });
    expect(JSON.stringify(actual)).toContain('"Portfolio_URL":"https://school.example/p/u1"');
  });

  it.each<JsonObject>([{ 'mail.mode': 'on' }, { 'mail.mode': 'split' }, { portfolio_base: 'ftp://x' }])(
    'that would be ignored or send nothing are refused: %j',
    (settings) => {
      expect(() => withSettings(mapping, settings)).toThrow(Object.keys(settings)[0]);
    },
  );
});
