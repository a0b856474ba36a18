import { undocumented } from './documented.events.ts';
import type { SystemFixture } from './system.fixture.ts';
import { emittedRows, toldRecords } from './told.records.ts';

/** Kafka has each event that was told to a product once, in its order, and as docs/reference/asyncapi.yaml says. */
export async function expectToldAsDocumented(fixture: SystemFixture): Promise<void> {
  const emitted = await emittedRows(fixture);
  const told = await toldRecords(fixture, new Set(emitted.map(({ id }) => id)));
  expect(told.map(({ headers: _headers, ...record }) => record)).toEqual(emitted);
  expect(await undocumented(told)).toEqual([]);
  expect(new Set(told.map(({ topic }) => topic)).size).toBeGreaterThan(1);
  const [some] = told;
  if (some === undefined) throw new Error('nothing was told');
  // The document does not let everything pass.
  expect(await undocumented([{ ...some, payload: { ...some.payload, module: 5 } }])).toHaveLength(1);
  expect(await undocumented([{ ...some, type: 'crm.deal.sold' }])).toHaveLength(1);
}
