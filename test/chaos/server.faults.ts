import type { Restart } from '#stack';
import type { Fault } from './fault.scene.ts';
import { aMoment } from './publisher.stage.ts';

type Kind = Parameters<Restart>[0];

const restarted =
  (server: 'postgres' | 'kafka', kind: Kind): Fault =>
  async ({ random, restart }) => {
    await aMoment(random, 600);
    const again = restart[server];
    if (again === undefined) throw new Error(`${server} is not the campaign's own`);
    await again(kind);
  };

/** Servers that end under the publisher and come back on their data; only those of the campaign's own. */
export const serverFaults = {
  'Postgres restarted': restarted('postgres', 'in order'),
  'Postgres restarted at once': restarted('postgres', 'at once'),
  'Kafka restarted': restarted('kafka', 'in order'),
  'Kafka killed and started': restarted('kafka', 'at once'),
  'Postgres restarted at once, publisher killed': async (scene) => {
    const { stage, random } = scene;
    const restarting = restarted('postgres', 'at once')(scene);
    await aMoment(random, 1000);
    await stage.publisher.end('SIGKILL');
    await restarting;
    await stage.startStreaming();
  },
  'Kafka killed and started, publisher killed': async (scene) => {
    const { stage, random } = scene;
    const restarting = restarted('kafka', 'at once')(scene);
    await aMoment(random, 1000);
    await stage.publisher.end('SIGKILL');
    await restarting;
    await stage.startStreaming();
  },
} satisfies Record<string, Fault>;
