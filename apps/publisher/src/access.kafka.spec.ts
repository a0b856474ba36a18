import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } from '../test/kafka.acl.ts';
import { canOpenBroker, openBroker, type OwnBroker } from '../test/own.kafka.ts';
import { openServers, type OwnServer, type OwnServers } from '../test/own.postgres.ts';
import { openPublisher, readOrders, type PublisherContext } from '../test/publisher.context.ts';

describe('rights that are missing in Postgres: POSTGRES_ACCESS_DENIED', () => {
  let servers: OwnServers;
  let server: OwnServer;
  let context: PublisherContext;

  beforeAll(async () => {
    servers = await openServers();
    server = await servers.start();
    context = await openPublisher({ adminUrl: server.url });
    await server.query(`create role plain login password 'secret' in role causeway_publisher`);
    await server.query(`create role able login replication password 'secret' in role causeway_publisher`);
    await server.query(`create role unreading login replication password 'secret'`);
    await context.client.query('grant usage on schema outbox to unreading');
  });

  afterAll(async () => {
    await context[Symbol.asyncDispose]();
    await servers[Symbol.asyncDispose]();
  });

  const as = (role: string, password = 'secret'): { CAUSEWAY_SOURCE_URL: string } => {
    const url = new URL(context.target.url);
    [url.username, url.password] = [role, password];
    return { CAUSEWAY_SOURCE_URL: url.href };
  };

  it('the attribute REPLICATION', async () => {
    const said = await context.stuck(/POSTGRES_ACCESS_DENIED/, as('plain'));
    expect(said).toMatch(/stopped: .*permission denied to (use replication slots|start WAL sender)/);
  });

  it('a line of pg_hba.conf, and a password', async () => {
    await server.hba('host all plain 127.0.0.1/32 reject\nhost all able 127.0.0.1/32 scram-sha-256');
    expect(await context.stuck(/POSTGRES_ACCESS_DENIED/, as('plain'))).toContain('pg_hba.conf rejects connection');
    expect(await context.stuck(/POSTGRES_ACCESS_DENIED/, as('able', 'wrong'))).toContain(
      'password authentication failed',
    );
    await context.start(as('able'));
  });

  it('reading the table is for resending alone: publishing needs no such right', async () => {
    const settings = { ...as('unreading'), CAUSEWAY_SLOT: `${context.slotName}_2`, CAUSEWAY_SOURCE_NAME: 'other' };
    const app = await context.start(settings);
    await context.emit('1');
    expect((await readOrders(context, 1, 'other')).map(({ key }) => key)).toEqual(['1']);
    await app.stop();
  });

  it('connecting to the database', async () => {
    await context.client.query(
      `revoke connect on database ${new URL(context.target.url).pathname.slice(1)} from public`,
    );
    expect(await context.stuck(/POSTGRES_ACCESS_DENIED/, as('able'))).toContain('permission denied for database');
  });
});

// A broker of one's own needs Java: a Docker machine's broker cannot be given these settings.
(canOpenBroker() ? describe : describe.skip)('rights that are missing in Kafka: KAFKA_ACCESS_DENIED', () => {
  let broker: OwnBroker;
  let context: PublisherContext;

  beforeAll(async () => {
    broker = await openBroker();
    context = await openPublisher({ brokers: broker.brokers });
    const app = await context.start();
    await context.emit('first');
    await readOrders(context, 1);
    await app.stop();
  });

  afterAll(async () => {
    await context[Symbol.asyncDispose]();
    await broker[Symbol.asyncDispose]();
  });

  const prefix = (): string => context.topics.prefix;
  it.each([
    [
      'the transactional.id',
      AclResourceTypes.TRANSACTIONAL_ID,
      () => `${prefix()}causeway.publisher.shop.${context.slotName}`,
      AclOperationTypes.WRITE,
    ],
    ['reading positions', AclResourceTypes.TOPIC, () => `${prefix()}causeway.positions`, AclOperationTypes.READ],
    ['writing positions', AclResourceTypes.TOPIC, () => `${prefix()}causeway.positions`, AclOperationTypes.WRITE],
    ['writing a topic of events', AclResourceTypes.TOPIC, () => `${prefix()}shop.order`, AclOperationTypes.WRITE],
  ])('%s', async (...[, resourceType, name, operation]) => {
    const rule = {
      resourceType,
      resourceName: name(),
      resourcePatternType: ResourcePatternTypes.LITERAL,
      principal: 'User:ANONYMOUS',
      host: '*',
      operation,
      permissionType: AclPermissionTypes.DENY,
    };
    // A rule for a resource shuts out whoever none allows.
    const others = { ...rule, operation: AclOperationTypes.ALL, permissionType: AclPermissionTypes.ALLOW };
    const { admin } = context.topics;
    await admin.createAcls({ acl: [others, rule] });
    await context.emit('waits');
    for (const producer of ['platformatic', 'kafkajs']) {
      expect(await context.stuck(/KAFKA_ACCESS_DENIED/, { CAUSEWAY_PRODUCER: producer })).toContain('stopped');
    }
    await admin.deleteAcls({ filters: [others, rule] });
  });

  it('goes on once the rights are there, with nothing missing', async () => {
    await context.start();
    expect(new Set((await readOrders(context, 5)).map(({ key }) => key))).toEqual(new Set(['first', 'waits']));
    expect(await readOrders(context, 5)).toHaveLength(5);
  });
});
