import { adoptSlot, readSlotReport, recreateSlot, resendWindow } from '#operations';
import { openPublisher, readOrders, until, type PublisherContext } from '../test/publisher.context.ts';

let context: PublisherContext;

beforeEach(async () => {
  context = await openPublisher();
});

afterEach(() => context[Symbol.asyncDispose]());

/** Publishes one event and stops. */
async function publishOne(id = 'first'): Promise<void> {
  const app = await context.start();
  await context.emit(id);
  await readOrders(context, 1);
  await app.stop();
}

const keys = async (count: number): Promise<string[]> =>
  (await readOrders(context, count)).map(({ key }) => key ?? '').toSorted((a, b) => a.localeCompare(b));

/** What every stop that may hide a gap says. */
function expectGap(said: string): void {
  expect(said).toMatch(/from=20\d\d-\S+, to=20\d\d-/);
  expect(said).toMatch(/ways_out=causeway slot .*causeway slot adopt --source shop --yes/);
}

const PUBLICATION = 'causeway_outbox';
const CREATE = `create publication ${PUBLICATION} for table outbox.events with (publish = 'insert', publish_via_partition_root = true)`;

describe('a publication that left rows out', () => {
  it.each([
    ['was dropped', `drop publication ${PUBLICATION}`, CREATE],
    [
      'was without the table',
      `alter publication ${PUBLICATION} drop table outbox.events`,
      `alter publication ${PUBLICATION} add table outbox.events`,
    ],
    [
      'was without inserts',
      `alter publication ${PUBLICATION} set (publish = 'update')`,
      `alter publication ${PUBLICATION} set (publish = 'insert')`,
    ],
  ])(
    '%s while the publisher was away: PUBLICATION_CHANGED, and the ways out lead out',
    async (...[, broken, mended]) => {
      await publishOne();
      await context.client.query(broken);
      await context.emit('in the gap');
      expectGap((await context.stuck(/PUBLICATION_MISSING/)).replace('recreate', 'adopt'));
      await context.client.query(mended);
      const said = await context.stuck(/PUBLICATION_CHANGED/);
      if (!said.includes('slot recreate')) expect(said).toContain('causeway outbox resend --source shop --from 20');
      const report = await readSlotReport(context.target);
      expect(report).toMatchObject({ verdict: 'stop', problem: { code: 'PUBLICATION_CHANGED' } });
      const [from] = /(?<=resend --source shop --from )\S+/.exec(said) ?? [''];
      if (report.waysOut[0]?.includes('recreate')) await recreateSlot(context.target);
      await resendWindow(context.target, { from, to: new Date().toISOString(), besidePublisher: false });
      expect(await adoptSlot(context.target)).toMatchObject({ gap: { from: expect.stringMatching(/^20/) as unknown } });
      const app = await context.start();
      await context.emit('later');
      // The first one comes a second time, with the same id, as the window says.
      expect(await keys(4)).toEqual(['first', 'first', 'in the gap', 'later']);
      await app.stop();
      expect(await adoptSlot(context.target)).toBeNull();
    },
  );

  it('for less than a look apart while the stream ran: found all the same', async () => {
    const app = await context.start();
    await context.emit('first');
    await readOrders(context, 1);
    await context.client.query(`alter publication ${PUBLICATION} drop table outbox.events`);
    await context.emit('in the gap');
    await context.client.query(`alter publication ${PUBLICATION} add table outbox.events`);
    await context.emit('later');
    const ready = async (): Promise<string> => (await fetch(`${app.url}/ready`)).text();
    await until(async () => (await ready()).includes('PUBLICATION_CHANGED'));
    expect(await ready()).toContain('outbox resend --source shop');
    await app.stop();
    await context.stuck(/PUBLICATION_CHANGED/);
  });

  it.each([
    ['a row filter', `set table outbox.events where (aggregate_type <> 'order')`, /row filter leaves rows out/],
    ['a column list', 'set table outbox.events (id, created_at, payload)', /PUBLICATION_MISSING.*aggregate_type/],
  ])('%s: PUBLICATION_MISSING', async (_, change, expected) => {
    await context.client.query(`alter publication ${PUBLICATION} ${change}`);
    expect(await context.stuck(expected)).toContain('PUBLICATION_MISSING');
  });
});

describe('topics that are not as they were', () => {
  const topic = (): string => `${context.topics.prefix}shop.order`;
  const remove = async (): Promise<void> => {
    const { admin } = context.topics;
    await admin.deleteTopics({ topics: [topic()] });
    await until(async () => !(await admin.listTopics()).includes(topic()));
  };

  it('deleted: TOPIC_MISSING, nothing is created in silence, and it goes on once there is one', async () => {
    await publishOne();
    await remove();
    await context.emit('second');
    expect(await context.stuck(/TOPIC_MISSING/)).toContain('before=3');
    expect(await context.topics.admin.listTopics()).not.toContain(topic());
    await context.topics.create('shop.order', 3);
    await context.start();
    expect(await keys(1)).toEqual(['second']);
  });

  it('created again with fewer partitions: TOPIC_PARTITIONS_CHANGED until somebody adopts it', async () => {
    await publishOne();
    await remove();
    await context.topics.create('shop.order', 1);
    expect(await context.stuck(/TOPIC_PARTITIONS_CHANGED/)).toMatch(/before=3, now=1, .*causeway slot adopt/);
    expect((await readSlotReport(context.target)).problem?.code).toBe('TOPIC_PARTITIONS_CHANGED');
    expect(await adoptSlot(context.target)).not.toBeNull();
    await context.start();
    await context.emit('second');
    expect(await keys(1)).toEqual(['second']);
  });

  it('given more partitions: keys would move, so it stops as well', async () => {
    await publishOne();
    await context.topics.admin.createPartitions({ topicPartitions: [{ topic: topic(), count: 6 }] });
    expect(await context.stuck(/TOPIC_PARTITIONS_CHANGED/)).toContain('before=3, now=6');
    await adoptSlot(context.target);
    await context.start();
  });

  it('with a lower limit while the stream runs: tried again with the new one, what is too large goes to the dead letters', async () => {
    const { url } = await context.start();
    await context.emit('first');
    await readOrders(context, 1);
    const configEntries = [{ name: 'max.message.bytes', value: '2000' }];
    await context.topics.admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: 2, name: topic(), configEntries }],
    });
    await context.emit('large', { text: 'x'.repeat(5000) });
    await context.emit('small');
    expect(await keys(2)).toEqual(['first', 'small']);
    const [letter] = await context.topics.readCommitted(`${context.topics.prefix}causeway.dead-letters`);
    expect(letter?.key).toBe('large');
    // The broker said MESSAGE_TOO_LARGE of the batch: what had been sent of it was taken back.
    expect(await (await fetch(`${url}/metrics`)).text()).toMatch(
      /failures_total\{[^}]*code="BATCH_REFUSED"[^}]*\} 1$/m,
    );
  });
});
