import { eventOf, play, withSettings, type EventSeed } from '#mapping';
import { mapping } from './mapping.ts';

const about = { subject: '42' } as const;
const signUp: EventSeed = { ...about, type: 'user.signed_up', data: { email: 'ana@shore.example' } };
const plan = { name: 'Starter', price_cents: 9900, interval: 'month' };
const selected = (data = {}): EventSeed => ({
  ...about,
  type: 'subscription.plan_selected',
  data: { subscription_id: 7, plan, status: 'trialing', ...data },
});
const activated: EventSeed = { ...about, type: 'subscription.activated', data: { subscription_id: 7 } };
const canceled: EventSeed = { ...about, type: 'subscription.canceled', data: { subscription_id: 7 } };
const inquiry: EventSeed = { ...about, type: 'activity.recorded', data: { kind: 'inquiry_received' } };
const configured = (data = {}): EventSeed => ({ ...about, type: 'website.configured', data });

describe('settings of the connection', () => {
  const owned = withSettings(mapping, { base_domain: 'sites.example', rep_id: '900', watch: { Leads: [] } });

  it('give tasks their owner and sites their domain', () => {
    const events = [signUp, configured({ subdomain: 'shore' }), inquiry];
    const { results } = play(
      owned,
      events.map((seed, index) => eventOf(owned, seed, index + 1)),
    );
    const commands = results.flatMap((result) => result.commands);
    expect(commands.find(({ operation }) => operation === 'task')?.fields).toMatchObject({ Owner: { id: '900' } });
    expect(commands.find(({ operation }) => operation === 'note')?.fields['Note_Content']).toContain(
      'shore.sites.example',
    );
  });

  it('that cannot be used are refused', () => {
    expect(() => withSettings(mapping, { base_domain: 5 })).toThrow('base_domain');
  });
});

describe('the schedule', () => {
  const stateAfter = (...seeds: EventSeed[]) =>
    play(
      mapping,
      seeds.map((seed, index) => eventOf(mapping, seed, index + 1)),
    ).states.get('42') ?? {};
  const timersAfter = (...seeds: EventSeed[]) => mapping.timers(stateAfter(...seeds), mapping.settings);

  it('reminds on the days 3, 2, 1 and 0 before the end of the trial, at eight, for that day only', () => {
    const timers = timersAfter(signUp, selected({ trial_ends_at: '2026-03-02' }));
    expect(timers.map(({ name, at, until }) => [name, at, until])).toEqual([
      ['trial.ending:42:2026-03-02:3', '2026-02-27T08:00:00Z', '2026-02-28T00:00:00Z'],
      ['trial.ending:42:2026-03-02:2', '2026-02-28T08:00:00Z', '2026-03-01T00:00:00Z'],
      ['trial.ending:42:2026-03-02:1', '2026-03-01T08:00:00Z', '2026-03-02T00:00:00Z'],
      ['trial.ending:42:2026-03-02:0', '2026-03-02T08:00:00Z', '2026-03-03T00:00:00Z'],
    ]);
    expect(timers[0]?.data).toEqual({ days_left: 3, trial_end_date: '2026-03-02' });
  });

  it.each<[string, EventSeed[]]>([
    ['no end of a trial is known', [signUp]],
    ['the user pays', [signUp, selected({ trial_ends_at: '2026-03-02' }), activated]],
    ['the user is lost', [signUp, selected({ trial_ends_at: '2026-03-02' }), canceled]],
    [
      'the user is no lead',
      [
        { ...signUp, data: { email: 'a@b.example', onboarding_state: 'invited' } },
        configured({ plan: { ...plan, trial_days: 9 } }),
      ],
    ],
  ])('is empty when %s', (_name, seeds) => {
    expect(timersAfter(...seeds)).toEqual([]);
  });
});
