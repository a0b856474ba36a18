import type { Json, JsonObject } from '#contracts';
import { matches, type ResolveRef } from '../cases/case.match.ts';
import type { WorkedCase } from '../cases/case.schema.ts';
import { countHolds } from '../cases/expect.schema.ts';
import type { Mapping } from '../fold/mapping.types.ts';
import type { CaseStep } from '../cases/step.schema.ts';
import { eventReader } from './case.events.ts';
import { CrmPlayer, type PeopleStep } from './crm.player.ts';
import type { MemoryCrm } from './memory.crm.ts';

/**
 * Plays a worked case through the mapping alone, in memory, and says what of its `records`, `absent`, `notes` and `product_events` does
 * not hold; an empty list means that the case passes. The whole way, with a CRM, is for end-to-end tests.
 * @throws Error for steps and expectations that need more than a mapping.
 */
export function unmetOfCase(mapping: Mapping, workedCase: WorkedCase): string[] {
  const {
    records: expected = [],
    absent = [],
    notes = [],
    product_events: productEvents,
    ...others
  } = workedCase.expect;
  if (Object.keys(others).length > 0) throw new Error(`cannot be judged here: ${Object.keys(others).join(', ')}`);
  const player = new CrmPlayer(mapping);
  const eventsOf = eventReader(mapping);
  for (const step of workedCase.steps) {
    if (isOfPeople(step)) player.act(step);
    else for (const event of eventsOf(step)) player.take(event);
  }
  const { records } = player;
  const wrong: string[] = [];
  for (const { module, match, count, fields = {} } of expected) {
    const found = matching(records, module, match);
    if (!countHolds(found.length, count)) wrong.push(`${module} ${JSON.stringify(match)}: ${found.length} records`);
    const differing = found.filter((held) => !matches(fields, held, resolverOf(records)));
    wrong.push(...differing.map((held) => `${module} ${JSON.stringify(match)} holds ${JSON.stringify(held)}`));
  }
  for (const place of absent) {
    const module = 'module' in place ? place.module : place.object;
    if (matching(records, module, place.match).length > 0)
      wrong.push(`${module} ${JSON.stringify(place.match)} is there`);
  }
  wrong.push(...notes.flatMap((expectation) => unmetNotes(records, expectation)));
  return productEvents === undefined ? wrong : [...wrong, ...unmetEvents(player.told, productEvents)];
}

function isOfPeople(step: CaseStep): step is PeopleStep {
  return 'crm_edit' in step || 'crm_delete' in step || 'crm_notify' in step;
}

type EventsExpectation = NonNullable<WorkedCase['expect']['product_events']>;

/** Each entry as often as it says, and no event that none of them names (packs/README.md section 9). */
export function unmetEvents(
  told: readonly { readonly type: string; readonly data: JsonObject }[],
  expected: EventsExpectation,
): string[] {
  const fits = (event: (typeof told)[number], { event_type: type, match }: EventsExpectation[number]): boolean =>
    event.type === type && matches(match, event.data, () => null);
  const counts = expected.flatMap((entry) => {
    const found = told.filter((event) => fits(event, entry)).length;
    return countHolds(found, entry.count)
      ? []
      : [`${entry.event_type} ${JSON.stringify(entry.match)}: ${found} events`];
  });
  const strangers = told.filter((event) => !expected.some((entry) => fits(event, entry)));
  return [...counts, ...strangers.map(({ type, data }) => `nobody expects ${type} ${JSON.stringify(data)}`)];
}

type NotesExpectation = NonNullable<WorkedCase['expect']['notes']>[number];

/** All notes of the parent, each as often as it occurs, in any order. */
function unmetNotes(records: MemoryCrm, { parent, titles, contents }: NotesExpectation): string[] {
  const module = 'module' in parent ? parent.module : parent.object;
  const id = resolverOf(records)({ module, match: parent.match });
  if (id === null) return [`${module} ${JSON.stringify(parent.match)} is not one record`];
  const held = matching(records, 'Notes', { Parent_Id: { id } });
  const wanted: [field: string, values: readonly string[] | undefined][] = [
    ['Note_Title', titles],
    ['Note_Content', contents],
  ];
  return wanted.flatMap(([field, values]) => {
    const there = held.map((note) => textOf(note[field])).toSorted();
    const same = values === undefined || JSON.stringify(there) === JSON.stringify(values.toSorted());
    return same ? [] : [`${module} ${JSON.stringify(parent.match)} has ${field}: ${JSON.stringify(there)}`];
  });
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function matching(records: MemoryCrm, module: string, match: JsonObject): JsonObject[] {
  return [...records.values()]
    .filter((record) => record.module === module && matches(match, record.fields, resolverOf(records)))
    .map(({ fields }) => fields);
}

/** In memory a record's id is its record key. */
function resolverOf(records: MemoryCrm): ResolveRef {
  return ({ module, object, match }) => {
    const found = [...records].filter(
      ([, held]) => held.module === (module ?? object) && matches(match, held.fields, () => null),
    );
    return found.length === 1 ? (found[0]?.[0] ?? null) : null;
  };
}
