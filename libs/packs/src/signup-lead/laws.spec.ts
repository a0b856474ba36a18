import {
  captureEvents,
  difference,
  applyCommand,
  eventOf,
  play,
  step,
  underPurityGuard,
  type MemoryCrm,
} from '#mapping';
import type { CausewayEvent, JsonObject } from '#contracts';
import fc from 'fast-check';
import { capture } from './capture.ts';
import { mapping } from './mapping.ts';

const told = fc.oneof(fc.constantFrom(null, ' ', 'Ana Ruiz', 'a@b.test', 'A@B.test', '555 01', 'n/a'), fc.string());
const row = fc.record({ email: told, full_name: told, phone: told, password_hash: fc.string() });
const id = fc.constantFrom('u1', 'u2', 'u3');
/** What a product does to its table: `row` null is a delete; an insert of a row that is there updates it. */
const change = fc.record({ id, row: fc.option(row) });

const anyEvent: fc.Arbitrary<CausewayEvent> = fc
  .record({
    type: fc.constantFrom('user.created', 'user.updated', 'user.deleted', 'user.lost'),
    subject: id,
    data: fc.oneof(
      fc.record({ id, email: fc.jsonValue(), full_name: fc.jsonValue(), phone: fc.jsonValue() }, { requiredKeys: [] }),
      fc.dictionary(fc.string(), fc.jsonValue()),
    ),
  })
  .map(({ data, ...seed }) => eventOf(mapping, { ...seed, data: data as JsonObject }));
const events = fc
  .array(anyEvent, { maxLength: 12 })
  .map((list) => list.map((event, index) => ({ ...event, id: `e${index}` })));

describe('signup-lead, whatever happens', () => {
  it('makes the CRM what the table is, row by row, also when every event comes twice', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 15 }), (changes) => {
        const table = new Map<string, JsonObject>();
        const written = changes.flatMap((next) => {
          const before = table.get(next.id) ?? null;
          const after = next.row === null ? null : { ...next.row, id: next.id };
          if (after === null) table.delete(next.id);
          else table.set(next.id, after);
          return captureEvents(capture, { before, after });
        });
        const stream = written.map(({ eventType, aggregateId, data }, index) =>
          eventOf(mapping, { id: `e${index}`, type: eventType, subject: aggregateId, data }),
        );
        const { records } = play(
          mapping,
          stream.flatMap((event) => [event, event]),
        );
        expect([...records.keys()].toSorted()).toEqual([...table.keys()].map((user) => `Leads/${user}`).toSorted());
        const fresh = play(
          mapping,
          [...table].map(([user, data], index) =>
            eventOf(mapping, { id: `s${index}`, type: 'user.created', subject: user, data }),
          ),
        );
        expect(records).toEqual(fresh.records);
      }),
    );
  });

  it('says the same of the same events, and its commands add up to its projection', () => {
    fc.assert(
      fc.property(events, (list) => {
        const once = play(mapping, list);
        expect(play(mapping, structuredClone(list))).toEqual(once);
        const wanted = [...once.states.values()].flatMap((state) => mapping.project(state, mapping.settings));
        const asWanted = difference([], wanted).reduce<MemoryCrm>(
          (held, command) => applyCommand(held, command),
          new Map(),
        );
        expect(once.records).toEqual(asWanted);
      }),
    );
  });

  it('keeps a state that JSON keeps', () => {
    fc.assert(
      fc.property(events, (list) => {
        const straight = play(mapping, list);
        let stored: JsonObject | null = null;
        const mine = list.filter((event) => event.key === 'u1');
        for (const event of mine) {
          const { state } = underPurityGuard(() => step(mapping, stored, event));
          stored = state === null ? null : (JSON.parse(JSON.stringify(state)) as JsonObject);
        }
        expect(stored ?? undefined).toEqual(straight.states.get('u1'));
      }),
    );
  });
});
