import { caseFileSchema, unmetOfCase } from '#mapping';
import caseFile from './cases.json' with { type: 'json' };
import { mailParts } from './mail.parts.ts';
import { mapping } from './mapping.ts';
import { learning } from './pack.ts';

describe('worked cases of learning, as far as Zoho CRM goes', () => {
  it.each(learning.cases)('$name', (workedCase) => {
    expect(unmetOfCase(mapping, workedCase)).toEqual([]);
  });

  it.each(learning.cases)('$name, every event delivered twice', ({ name, steps, expect: wanted }) => {
    const twice = { name, steps: steps.flatMap((step) => [step, step]), expect: wanted };
    expect(unmetOfCase(mapping, twice)).toEqual([]);
  });

  it('leaves out the mails and their notes: there is no destination for mails yet', () => {
    const left = caseFileSchema.parse(caseFile).cases.map((worked) => [worked.name, mailParts(worked)]);
    const welcome = 'Mail sent: Welcome';
    const completed = 'Mail sent: Quest completed';
    expect(Object.fromEntries(left)).toEqual({
      'sign-up, quest and badge: the plain path': [
        '1 welcome',
        '1 quest_completed',
        '1 badge_earned',
        welcome,
        completed,
        'Mail sent: Badge earned',
      ],
      'the same facts again: by event id, and under new event ids': [
        '1 welcome',
        '1 quest_completed',
        welcome,
        completed,
      ],
      'quest and badge before registration: written afterwards, without their mails': [
        '1 welcome',
        '0 quest_completed',
        '0 badge_earned',
        welcome,
      ],
      'pillar keys are cleaned, unknown pillars count in the total only, level changes at 750': [
        '2 quest_completed',
        welcome,
        completed,
        completed,
      ],
      'evidence cut at 200 units, dates in UTC': [],
      'deletion: contact and Tasks go, late events change nothing, a user with the same e-mail stays': [
        '0 password_reset',
      ],
      'nightly snapshot replaces figures, an older one arriving later is ignored': ['1 welcome', welcome, completed],
      'LMS, parent and reset mails; opt-out stops optional mails only': [
        '1 welcome',
        '1 lms_notice',
        '1 parent_invitation',
        '1 password_reset',
        '0 quest_completed',
        welcome,
        'Mail sent: LMS notice',
        'Mail sent: Parent invitation',
        'Mail sent: Password reset',
      ],
    });
  });
});
