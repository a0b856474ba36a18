import type { Kysely } from 'kysely';
import type { Logger } from '#observability';
import type { IntegrationDatabase } from '#postgres';
import type { WebhooksMetrics } from './webhooks.metrics.ts';

/** What every part of the webhook service has; a class so that Nest can name it. */
export class WebhooksContext {
  readonly db: Kysely<IntegrationDatabase>;
  readonly logger: Logger;
  readonly metrics: WebhooksMetrics;

  constructor(parts: { db: Kysely<IntegrationDatabase>; logger: Logger; metrics: WebhooksMetrics }) {
    this.db = parts.db;
    this.logger = parts.logger;
    this.metrics = parts.metrics;
  }
}
