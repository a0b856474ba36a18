import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Shutdown } from '#observability';
import type { SecretBox } from '#zoho';
import { randomUUID } from 'node:crypto';
import { GapMemory } from './gap/gap.memory.ts';
import { ReceiverBeat } from './gap/receiver.beat.ts';
import { ChannelDirectory } from './ingest/channel.directory.ts';
import { IngestService } from './ingest/ingest.service.ts';
import { RetentionService } from './ingest/retention.service.ts';
import type { OpsParts } from './ops.controller.ts';
import { createApp } from './webhooks.app.ts';
import type { WebhooksContext } from './webhooks.context.ts';

export interface ReceivingParts {
  readonly context: WebhooksContext;
  readonly config: {
    readonly host: string;
    readonly port: number;
    readonly notificationRate: number;
    readonly notificationRetention: number;
  };
  readonly box: SecretBox;
  readonly ops: OpsParts;
  /** Wakes those who work on what was received. */
  readonly onStored: () => void;
  readonly shutdown: Shutdown;
}

/** Starts what takes notifications and shows that somebody does. */
export async function startReceiving(parts: ReceivingParts): Promise<NestFastifyApplication> {
  const { context, config, box, ops, onStored, shutdown } = parts;
  const { db, logger, metrics } = context;
  const onGap = ({ reason }: { readonly reason: string }): void => metrics.gaps.inc({ reason });
  const gaps = new GapMemory({ db, logger, onStored: onGap });
  shutdown.add('gaps', () => gaps.stop());
  const beat = new ReceiverBeat({ db, id: `webhooks-${randomUUID()}`, logger, onGap });
  shutdown.add('receiver', () => beat.stop());
  const retention = new RetentionService({ db, keptMs: config.notificationRetention, logger });
  retention.start();
  shutdown.add('retention', () => retention.stop());
  const channels = new ChannelDirectory({ db, box });
  const ingest = new IngestService({ db, channels, gaps, ratePerSecond: config.notificationRate, onStored });
  const app = await createApp({ context, ingest, ops });
  await app.listen(config.port, config.host);
  shutdown.add('http', () => app.close());
  await beat.start();
  return app;
}
