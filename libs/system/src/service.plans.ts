import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ServiceOptions } from './service.process.ts';

/** Folder of the built apps, whether this runs from the sources or from dist/. */
export function appProgram(app: string): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return join(folder, 'dist', 'apps', app, 'main.js');
}

export type Plan = Omit<ServiceOptions, 'logFile' | 'onLine' | 'onRestart'>;

export interface PlanContext {
  readonly kafkaBrokers: readonly string[];
  readonly topicPrefix: string;
  readonly integrationUrl: string;
  readonly secretKey: string;
  readonly packs: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

function environment(context: PlanContext, own: Record<string, string>): Record<string, string> {
  // Settings of whoever runs this must not leak into services that are set up here.
  const inherited = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined || name.startsWith('CAUSEWAY_') ? [] : [[name, value] as const],
  );
  return {
    ...Object.fromEntries(inherited),
    CAUSEWAY_TOPIC_PREFIX: context.topicPrefix,
    CAUSEWAY_EXIT_WITH_PARENT: 'true',
    ...context.env,
    ...own,
  };
}

export function simulatorPlan(
  context: Pick<PlanContext, 'env' | 'topicPrefix'>,
  options: { port: number; dataFile: string },
): Plan {
  const env = environment(
    { ...context, kafkaBrokers: [], integrationUrl: '', secretKey: '', packs: [] },
    {
      CAUSEWAY_PORT: String(options.port),
      CAUSEWAY_SIMULATOR_DATA: options.dataFile,
    },
  );
  return { name: 'simulator', program: appProgram('simulator'), env, readyWhen: 'listening' };
}

export interface Source {
  readonly name: string;
  readonly url: string;
  readonly slot: string;
}

export function publisherPlan(context: PlanContext, source: Source): Plan {
  const env = environment(context, {
    CAUSEWAY_KAFKA_BROKERS: context.kafkaBrokers.join(','),
    CAUSEWAY_SOURCE_NAME: source.name,
    CAUSEWAY_SOURCE_URL: source.url,
    CAUSEWAY_SLOT: source.slot,
    // Settle waits for it, and a machine of one's own has no WAL to spare either.
    CAUSEWAY_IDLE_INTERVAL: '200ms',
  });
  return { name: `publisher-${source.name}`, program: appProgram('publisher'), env, readyWhen: 'streaming' };
}

export function relayPlan(context: PlanContext): Plan {
  const env = environment(context, {
    CAUSEWAY_KAFKA_BROKERS: context.kafkaBrokers.join(','),
    CAUSEWAY_INTEGRATION_URL: context.integrationUrl,
    CAUSEWAY_SECRET_KEY: context.secretKey,
    CAUSEWAY_PACKS: context.packs.join(','),
  });
  return { name: 'relay', program: appProgram('relay'), env, readyWhen: 'consuming' };
}

/** Its port is chosen before, so that it has the same address after a restart: the CRM was told. */
export function webhooksPlan(context: PlanContext, port: number): Plan {
  const env = environment(context, {
    CAUSEWAY_PORT: String(port),
    CAUSEWAY_INTEGRATION_URL: context.integrationUrl,
    CAUSEWAY_SECRET_KEY: context.secretKey,
    CAUSEWAY_PACKS: context.packs.join(','),
  });
  return { name: 'webhooks', program: appProgram('webhooks'), env, readyWhen: 'listening' };
}

/** One of the demo's products as a service: it consumes what people did in the CRM into its own tables. */
export function productPlan(context: PlanContext, product: Source): Plan {
  const env = environment(context, {
    CAUSEWAY_KAFKA_BROKERS: context.kafkaBrokers.join(','),
    CAUSEWAY_SOURCE_NAME: product.name,
    CAUSEWAY_SOURCE_URL: product.url,
  });
  return {
    name: `product-${product.name}`,
    program: appProgram('demo'),
    args: ['product'],
    env,
    readyWhen: 'consuming',
  };
}
