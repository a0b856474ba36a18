import type { CausewayEvent, JsonObject } from '#contracts';
import { applyCommand, difference, eventOf, play, step, underPurityGuard } from '#mapping';
import fc from 'fast-check';
import { mapping } from './mapping.ts';

const USERS = ['u1', 'u2'];
const name = fc.constantFrom('Ana', ' Bo  Li ', '', null, 7);
const points = fc.constantFrom(0, 40, 700, -1, null, 'x');
const xp = fc.oneof(
  fc.dictionary(fc.constantFrom('stem', ' ART', 'music', 'civics'), points),
  fc.constantFrom(null, 3, 'much'),
);
const enrolment = fc.constantFrom('q1', 'q2', 'q3');
const few = fc.constantFrom(0, 1, 5, -1, null);
const profile = {
  email: fc.constantFrom('a@b.example', 'no', null),
  role: fc.constantFrom('student', 'Parent', 'wizard', null),
  first_name: name,
  last_name: name,
  mail_opt_out: fc.constantFrom(true, false, null, 'yes'),
};
const some = <T>(shape: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(shape, { requiredKeys: [] });

const data: Record<string, fc.Arbitrary<object>> = {
  'user.registered': some({ ...profile, registered_at: fc.constantFrom('2025-01-01', 'soon') }),
  'user.profile_changed': some(profile),
  'quest.started': some({ enrolment_id: enrolment }),
  'quest.abandoned': some({ enrolment_id: enrolment }),
  'quest.completed': fc.record({ enrolment_id: enrolment, xp, tasks_completed: few, title: name }),
  'badge.earned': fc.record({ badge_id: fc.constantFrom('b1', 'b2'), name }),
  'streak.changed': fc.record({ days: few }),
  'parent.linked': fc.record({ parent_id: fc.constantFrom('p1', 'p2') }),
  'parent.unlinked': fc.record({ parent_id: fc.constantFrom('p1', 'p2') }),
  'lms.connected': fc.record({ integration_id: fc.constant('i1'), platform: fc.constantFrom('moodle', 'none') }),
  'lms.disconnected': fc.constant({}),
  'user.snapshot_taken': some({
    ...profile,
    reason: fc.constantFrom('nightly', 'migration', 'odd'),
    xp,
    open_enrolments: fc.array(fc.constantFrom('q1', 'q9', 5)),
    completed_quests: few,
    parent_ids: fc.array(fc.constantFrom('p1', '')),
    lms_platform: fc.constantFrom('canvas', null, 'odd'),
    last_active_at: fc.constantFrom('2026-03-05T00:00:00Z', null),
  }),
  'user.deleted': fc.constant({ reason: 'admin' }),
};

/** Two snapshots or profiles may come in another order than they were taken in. */
const time = fc.integer({ min: 1, max: 9 }).map((day) => `2026-03-0${day}T10:00:00Z`);
const weighted = Object.entries(data).map(([type, arbitrary]) => ({
  weight: type === 'user.deleted' ? 1 : 4,
  arbitrary: fc
    .record({ subject: fc.constantFrom(...USERS), data: arbitrary, time })
    .map((seed) => ({ ...seed, type, data: seed.data as JsonObject })),
}));
const events = fc.array(fc.oneof(...weighted), { maxLength: 25 }).map((seeds) =>
  seeds.map((seed, index): CausewayEvent => {
    const { subject, data: payload } = seed;
    return eventOf(mapping, { ...seed, data: ownEnrolments(subject, payload), id: `e${index}` });
  }),
);

/** Enrolments belong to one user. */
function ownEnrolments(subject: string, payload: JsonObject): JsonObject {
  const { enrolment_id: id } = payload;
  return typeof id === 'string' ? { ...payload, enrolment_id: `${subject}-${id}` } : payload;
}

const isEvent = (type: string) => (event: CausewayEvent) => event.type === type;

describe('learning, whatever happens', () => {
  it('says the same of the same events, also when each comes twice', () => {
    fc.assert(
      fc.property(events, (list) => {
        const once = play(mapping, list);
        expect(play(mapping, structuredClone(list))).toEqual(once);
        const twice = play(
          mapping,
          list.flatMap((event) => [event, event]),
        );
        expect(twice.records).toEqual(once.records);
      }),
    );
  });

  it('counts quests and badges once, also when they are told again under new ids', () => {
    const once = events.map((list) => list.filter((event) => !isEvent('user.deleted')(event)));
    fc.assert(
      fc.property(once, (list) => {
        const facts = list.filter(({ type }) => type === 'quest.completed' || type === 'badge.earned');
        const again = facts.map((event) => ({ ...event, id: `again-${event.id}` }));
        expect(play(mapping, [...list, ...again]).records).toEqual(play(mapping, list).records);
      }),
    );
  });

  it('leaves each contact as its projection says, whatever the way there', () => {
    fc.assert(
      fc.property(events, (list) => {
        const { states, records } = play(mapping, list);
        for (const state of states.values()) {
          const [wanted] = mapping.project(state, mapping.settings);
          const [command] = difference([], wanted === undefined ? [] : [wanted]);
          const [[key, alone] = []] = command === undefined ? [] : [...applyCommand(new Map(), command)];
          if (key !== undefined) expect(records.get(key)?.fields).toMatchObject(alone?.fields ?? {});
        }
      }),
    );
  });

  it('asks for each effect once, and leaves no contact and no task of one who is gone', () => {
    fc.assert(
      fc.property(events, (list) => {
        const { results, records } = play(mapping, list);
        const keys = results.flatMap(({ commands }) => commands.flatMap(({ effectKey }) => effectKey ?? []));
        expect(new Set(keys).size).toBe(keys.length);
        const gone = new Set(list.filter(isEvent('user.deleted')).map(({ subject }) => subject));
        for (const user of gone) {
          expect(records.has(`Contacts/${user}`)).toBe(false);
          const left = [...records.values()].filter(({ module, fields }) => module === 'Tasks' && isOf(user, fields));
          expect(left).toEqual([]);
        }
      }),
    );
  });

  it('ends with the same profile in whatever order its changes come, if each has its own time', () => {
    const changes = fc.uniqueArray(fc.record({ told: some(profile), day: fc.integer({ min: 1, max: 9 }) }), {
      selector: ({ day }) => day,
      maxLength: 9,
    });
    const both = changes.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(both, ([straight, shuffled]) => {
        const signUp = eventOf(mapping, { type: 'user.registered', subject: 'u1', time: '2026-02-01T10:00:00Z' });
        const endOf = (list: typeof straight): unknown => {
          const told = list.map((change) =>
            eventOf(mapping, {
              id: `day-${change.day}`,
              type: 'user.profile_changed',
              subject: 'u1',
              time: `2026-03-0${change.day}T10:00:00Z`,
              data: change.told,
            }),
          );
          return play(mapping, [signUp, ...told]).records;
        };
        expect(endOf(shuffled)).toEqual(endOf(straight));
      }),
    );
  });

  it('keeps a state that JSON keeps', () => {
    fc.assert(
      fc.property(events, (list) => {
        const straight = play(mapping, list);
        let stored: JsonObject | null = null;
        for (const event of list.filter(({ key }) => key === 'u1')) {
          const { state } = underPurityGuard(() => step(mapping, stored, event));
          stored = state === null ? null : (JSON.parse(JSON.stringify(state)) as JsonObject);
        }
        expect(stored ?? undefined).toEqual(straight.states.get('u1'));
      }),
    );
  });
});

function isOf(user: string, { External_ID: enrolment }: JsonObject): boolean {
  return typeof enrolment === 'string' && enrolment.startsWith(`${user}-`);
}
