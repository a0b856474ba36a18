import type { Restart } from '#stack';
import { startAgain } from './relay.point.faults.ts';
import { aMoment } from './relay.stage.ts';
import type { RelayFault } from './relay.scene.ts';

type Kind = Parameters<Restart>[0];

const restarted =
  (server: 'postgres' | 'kafka', kind: Kind): RelayFault =>
  async ({ random, restart, fed }) => {
    await aMoment(random, 1000);
    const again = restart[server];
    if (again === undefined) throw new Error(`${server} is not the campaign's own`);
    await again(kind);
    await fed;
  };

/** Servers that end under the relay and come back on their data; only those of the campaign's own. */
export const relayServerFaults = {
  'Postgres restarted': restarted('postgres', 'in order'),
  'Postgres restarted at once': restarted('postgres', 'at once'),
  'Kafka restarted': restarted('kafka', 'in order'),
  'Kafka killed and started': restarted('kafka', 'at once'),
  'Postgres restarted at once, relay killed': async (scene) => {
    const { stage, random } = scene;
    const restarting = restarted('postgres', 'at once')(scene);
    await aMoment(random, 1500);
    await stage.relay.end('SIGKILL');
    await restarting;
    await startAgain(scene);
  },
} satisfies Record<string, RelayFault>;

/** Connections to the servers that are cut, whoever's they are. */
export const relayLinkFaults = {
  'connections to Postgres cut': async ({ stage, random, fed }) => {
    for (let cuts = random.int(2, 6); cuts > 0; cuts -= 1) {
      await aMoment(random, 400);
      stage.postgresLink.cut();
    }
    await fed;
  },
  'answers of Postgres lost, then cut': async ({ stage, random, fed }) => {
    await aMoment(random, 700);
    stage.postgresLink.stall('answers');
    await aMoment(random, 300);
    stage.postgresLink.cut();
    stage.postgresLink.resume();
    await fed;
  },
  'connections to Kafka cut': async ({ stage, random, fed }) => {
    for (let cuts = random.int(2, 4); cuts > 0; cuts -= 1) {
      await aMoment(random, 500);
      for (const link of stage.kafkaLinks) link.cut();
    }
    await fed;
  },
} satisfies Record<string, RelayFault>;
