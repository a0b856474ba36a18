import { setTimeout as wait } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import { topicNames } from '#contracts';
import { createKafka, groupLag, type EmptyRanges } from '#kafka';
import { createLogger } from '#observability';
import { loadPack } from '#packs';
import { createDatabase, createPool, type IntegrationDatabase } from '#postgres';
import type { SystemDetails } from '#system';
import type { Leftover } from './leftover.ts';
import { OutboxWatch } from './outbox.watch.ts';
import { commandsUnderWay, notificationsUnderWay } from './settle.checks.ts';

export interface SettleOptions {
  readonly timeoutMs: number;
  /** Told what is left each time it changes. */
  readonly onLeft?: (left: readonly Leftover[]) => void;
}

const PAUSE_MS = 100;
/** Of a system that is waited for again and again, as worked cases do, most partitions are as they were the last time. */
const emptyRanges = new WeakMap<SystemDetails, EmptyRanges>();

/**
 * Waits until nothing is under way in a system: every outbox row in Kafka, consumers without lag, no command ready, no
 * record dirty, no notification undelivered. Work flows in a circle, so a whole look must find nothing twice in a row.
 * @returns what is left after the timeout; empty when all is quiet.
 */
export async function settle(system: SystemDetails, options: SettleOptions): Promise<readonly Leftover[]> {
  const looker = await openLooker(system);
  const deadline = Date.now() + options.timeoutMs;
  try {
    for (let quiet = 0; ;) {
      const left = await looker.look();
      quiet = left.length === 0 ? quiet + 1 : 0;
      if (quiet === 2) return [];
      options.onLeft?.(left);
      if (left.length > 0 && Date.now() > deadline) return left;
      await wait(left.length === 0 ? 0 : PAUSE_MS);
    }
  } finally {
    await looker.close();
  }
}

interface Looker {
  look(): Promise<readonly Leftover[]>;
  close(): Promise<void>;
}

async function openLooker(system: SystemDetails): Promise<Looker> {
  const logger = createLogger({ service: 'settle', level: 'silent' });
  const brokers = system.kafka.brokers;
  const kafka = createKafka({ brokers, clientId: 'causeway-settle', logger });
  const pool = createPool({ url: system.integration.url, max: 2, applicationName: 'causeway-settle' });
  const db = createDatabase<IntegrationDatabase>(pool);
  const groups = await groupsOf(system);
  const empty: EmptyRanges = emptyRanges.get(system) ?? new Map<string, string>();
  emptyRanges.set(system, empty);
  const outboxes = system.sources.map((source) => new OutboxWatch(source));
  return {
    look: async () => {
      const left: Leftover[] = [];
      for (const outbox of outboxes) left.push(await outbox.unpublished());
      for (const [groupId, topics] of groups) left.push(await lagOf(kafka, { brokers, groupId, topics, empty }));
      left.push(
        await commandsUnderWay(db),
        await undelivered(system.simulator.url),
        ...(await notificationsUnderWay(db)),
      );
      return left.filter(({ count }) => count > 0);
    },
    close: () => db.destroy(),
  };
}

async function lagOf(
  kafka: Kafka,
  query: { brokers: readonly string[]; groupId: string; topics: readonly string[]; empty: EmptyRanges },
): Promise<Leftover> {
  return { what: `records that ${query.groupId} has not consumed`, count: await groupLag({ kafka, ...query }) };
}

/** Consumer groups of the system with their topics: the mapper, and the product that consumes what comes back. */
async function groupsOf(system: SystemDetails): Promise<Map<string, string[]>> {
  const { topicPrefix: prefix } = system;
  const names = topicNames(prefix);
  const packs = await Promise.all(system.packs.map((name) => loadPack(name)));
  const groups = new Map<string, string[]>();
  groups.set(
    `${prefix}causeway.mapper`,
    packs.flatMap(({ mapping }) => mapping.topics.map((topic) => names.product(mapping.product, topic))),
  );
  if ('portal' in system.products) groups.set(`${prefix}portal.crm`, [names.crm('Leads')]);
  return groups;
}

/** Notifications that the simulator still holds back. */
async function undelivered(url: string): Promise<Leftover> {
  const response = await fetch(`${url}/_control/state`);
  const state = (await response.json()) as { notifications?: { pending?: number } };
  return { what: 'notifications not delivered', count: state.notifications?.pending ?? 0 };
}
