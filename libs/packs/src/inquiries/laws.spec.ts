import type { CausewayEvent, JsonObject } from '#contracts';
import {
  applyCommand,
  difference,
  eventOf,
  play,
  step,
  underPurityGuard,
  withSettings,
  type Mapping,
  type MemoryCrm,
} from '#mapping';
import fc from 'fast-check';
import { mapping as plain } from './mapping.ts';

const mappings = fc
  .record({
    record_types: fc.subarray(['contacts', 'messages', 'tickets']),
    on_delete: fc.constantFrom('mark', 'delete'),
  })
  .map((settings) => withSettings(plain, settings, 'c1'));

const told = fc.constantFrom(null, ' ', 'Ana', 'Ruiz', 'a@b.test', '+34 600', 7);
const site = fc.constantFrom('sunny-homes', 'hill-homes', 'Not A Site');
const madeAt = fc.constantFrom('2026-03-01', '2026-03-02T09:30:00Z');
const contact = fc.record({
  site,
  first_name: told,
  last_name: told,
  primary_email: told,
  primary_phone_number: told,
  other_phone_number: told,
  address: fc.option(fc.record({ street: told, city: told }, { requiredKeys: [] })),
  created_at: madeAt,
});
const message = fc.record({
  id: fc.constantFrom('501', '502', '503'),
  site,
  contact: fc.record({ first_name: told, last_name: told, primary_email: told }),
  text: told,
  property: fc.option(fc.record({ id: fc.constant('88'), reference: told, title: told, url: told })),
  created_at: madeAt,
});
const ticket = fc.record({
  site,
  ticket_number: fc.constantFrom('T-1', 'T-2'),
  subject: told,
  description: told,
  status: fc.constantFrom('open', 'in_progress', 'waiting_on_customer', 'resolved', 'closed', 'asleep'),
  priority: fc.constantFrom('low', 'normal', 'high', 'urgent', 'huge'),
  creator: fc.record({ id: fc.constant('5'), email: told }),
  created_at: madeAt,
});
const origin = fc.constantFrom<CausewayEvent['origin']>(
  undefined,
  { connectionId: 'c1', fields: null },
  { connectionId: 'c1', fields: ['status', 'first_name', 'address'] },
  { connectionId: 'c2', fields: null },
);
const payloads: Record<string, fc.Arbitrary<object>> = {
  'contact.created': contact,
  'contact.updated': contact,
  'contact.deleted': fc.record({ site }),
  'message.created': message,
  'ticket.created': ticket,
  'ticket.updated': ticket,
  'ticket.deleted': fc.record({ site }),
};

/** Events of two tenants that have the same ids. */
const anyEvent = fc.oneof(
  ...Object.entries(payloads).map(([type, payload]) =>
    fc
      .record({ subject: fc.constantFrom('1', '2'), tenantId: fc.constantFrom('t1', 't2'), payload, origin })
      .map((seed) => ({ ...seed, type })),
  ),
);
const events = fc.array(anyEvent, { maxLength: 25 }).map((seeds) =>
  seeds.map(({ payload, subject, tenantId, type, ...rest }, index): CausewayEvent => {
    const person = 'contact' in payload ? { contact: { ...(payload.contact as object), id: subject } } : {};
    const data = { id: subject, ...payload, ...person } as JsonObject;
    return eventOf(plain, { ...rest, id: `e${index}`, subject, tenantId, type, key: `${tenantId}:${subject}`, data });
  }),
);

const recordsOf = (crm: MemoryCrm): MemoryCrm => new Map([...crm].filter(([, { module }]) => module !== 'Notes'));

/** What the projections of all states want, made from nothing. */
function wantedOf(mapping: Mapping, states: ReadonlyMap<string, JsonObject>): MemoryCrm {
  const wanted = [...states.values()].flatMap((state) => mapping.project(state, mapping.settings));
  return difference([], wanted).reduce<MemoryCrm>((held, command) => applyCommand(held, command), new Map());
}

const withoutOrigin = (list: readonly CausewayEvent[]): CausewayEvent[] =>
  list.map(({ origin: _origin, ...event }) => event);

describe('inquiries, whatever happens', () => {
  it('says the same of the same events, also when each comes twice', () => {
    fc.assert(
      fc.property(mappings, events, (mapping, list) => {
        const once = play(mapping, list);
        expect(play(mapping, structuredClone(list))).toEqual(once);
        const twice = play(
          mapping,
          list.flatMap((event) => [event, event]),
        );
        expect(twice).toEqual(once);
      }),
    );
  });

  it('leaves every record as its projection says, where nothing came from the CRM itself', () => {
    fc.assert(
      fc.property(mappings, events.map(withoutOrigin), (mapping, list) => {
        const { states, records } = play(mapping, list);
        const wanted = wantedOf(mapping, states);
        expect([...recordsOf(records).keys()].toSorted()).toEqual([...wanted.keys()].toSorted());
        for (const [key, { fields }] of wanted) {
          // A Lead's company is that of its first message: fields on create are not sent again.
          const { Company: _company, ...rest } = fields;
          expect(records.get(key)?.fields).toMatchObject(rest);
        }
      }),
    );
  });

  it('folds what came from the CRM to the same state as what did not, and sends no more', () => {
    fc.assert(
      fc.property(mappings, events, (mapping, list) => {
        const [told, plainly] = [play(mapping, list), play(mapping, withoutOrigin(list))];
        expect(told.states).toEqual(plainly.states);
        const sentBy = ({ results }: typeof told): number =>
          results.flatMap(({ commands }) => commands.flatMap(({ fields }) => Object.keys(fields))).length;
        expect(sentBy(told)).toBeLessThanOrEqual(sentBy(plainly));
      }),
    );
  });

  it('has each person of each tenant once, as a Contact or as a Lead, and writes of its own tenant alone', () => {
    fc.assert(
      fc.property(mappings, events, (mapping, list) => {
        const { records, results } = play(mapping, list);
        for (const id of ['t1:1', 't1:2', 't2:1', 't2:2']) {
          expect(Number(records.has(`Leads/${id}`)) + Number(records.has(`Contacts/${id}`))).toBeLessThanOrEqual(1);
        }
        results.forEach(({ commands }, index) => {
          const { tenantId } = list[index] ?? { tenantId: '' };
          for (const { identity } of commands) expect(String(identity.value).startsWith(`${tenantId}:`)).toBe(true);
        });
      }),
    );
  });

  it('writes nothing of what is not opted in', () => {
    fc.assert(
      fc.property(events, (list) => {
        const none = withSettings(plain, {}, 'c1');
        expect(play(none, list).records.size).toBe(0);
        const ticketsOnly = withSettings(plain, { record_types: ['tickets'] }, 'c1');
        expect([...play(ticketsOnly, list).records.values()].every(({ module }) => module === 'Cases')).toBe(true);
      }),
    );
  });

  it('keeps a state that JSON keeps', () => {
    fc.assert(
      fc.property(mappings, events, (mapping, list) => {
        const straight = play(mapping, list);
        let stored: JsonObject | null = null;
        for (const event of list.filter(({ key }) => key === 't1:1')) {
          const { state } = underPurityGuard(() => step(mapping, stored, event));
          stored = state === null ? null : (JSON.parse(JSON.stringify(state)) as JsonObject);
        }
        expect(stored ?? undefined).toEqual(straight.states.get('t1:1'));
      }),
    );
  });
});
