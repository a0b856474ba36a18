import { kafkaBrokers, postgresUrl } from '#testing';
import { checkRelay } from '../chaos/relay.checker.ts';
import { settleRelay } from '../chaos/relay.settle.ts';
import { RelayStage } from '../chaos/relay.stage.ts';
import { readWorld } from '../support/crm.world.ts';
import { expectedCrm } from '../support/fold.oracle.ts';
import { workloadOf } from '../support/site.users.ts';

/** Each stands for a random legal interleaving of users; an event that comes again comes again in the topic. */
const SEEDS = [1, 2, 3, 5, 8, 13, 21, 34, 55, 89];
const CLEAN = { lost: 0, doubled: 0, misordered: 0, wrong: 0, examples: [] };

describe('random legal interleavings of users of property-sites, from Kafka to the CRM', () => {
  let stage: RelayStage;
  beforeAll(async () => {
    stage = await RelayStage.open({ servers: { postgresUrl: postgresUrl(), kafkaBrokers: kafkaBrokers() } });
    await stage.startConsuming();
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  it.each(SEEDS)('seed %i: each record is what the fold says, nothing is there twice', async (seed) => {
    const size = { firstUser: seed * 1000, users: { min: 4, max: 8 }, events: { min: 4, max: 14 } };
    const { lives, deliveries } = workloadOf(seed, size);
    stage.feed.forget();
    await stage.feed.deliver(deliveries);
    expect(await settleRelay(stage, { patienceMs: 60_000 })).toEqual([]);
    const world = await readWorld(stage.crm, await stage.journal.next());
    const expected = expectedCrm(stage.pack.mapping, deliveries);
    const users = new Set(lives.map(({ userId }) => String(userId)));
    expect(checkRelay({ expected, world, users })).toEqual(CLEAN);
    expect(expected.records.length).toBeGreaterThan(0);
    expect(stage.takeAlarms()).toEqual([]);
  });
});
