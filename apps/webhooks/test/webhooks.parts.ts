import { createRegistry, type Registry } from '#observability';
import { capturedLogger, type CapturedLogger } from '#testing';
import { createSecretBox } from '#zoho';
import { webhooksMetrics, type WebhooksMetrics } from '../src/webhooks.metrics.ts';

/** What every part of the webhook service is made with, new for each test. */
export interface WebhooksParts extends CapturedLogger {
  readonly registry: Registry;
  readonly metrics: WebhooksMetrics;
  /** Lines of the metrics that have this name. */
  metric(name: string): Promise<string[]>;
}

export const box = createSecretBox({ key: 'a1'.repeat(32) });

export function webhooksParts(): WebhooksParts {
  const registry = createRegistry('spec');
  return {
    ...capturedLogger(),
    registry,
    metrics: webhooksMetrics(registry),
    metric: async (name) => {
      const lines = (await registry.metrics()).split('\n');
      return lines.filter((line) => line.startsWith(`causeway_${name}`));
    },
  };
}
