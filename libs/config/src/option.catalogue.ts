import { connectionOptions } from './options/connection.options.ts';
import { crmOptions } from './options/crm.options.ts';
import { integrationOptions } from './options/integration.options.ts';
import { kafkaOptions } from './options/kafka.options.ts';
import { processOptions } from './options/process.options.ts';
import { productOptions } from './options/product.options.ts';
import { publisherOptions } from './options/publisher.options.ts';
import { sandboxOptions } from './options/sandbox.options.ts';
import { simulatorOptions } from './options/simulator.options.ts';
import { stackOptions } from './options/stack.options.ts';
import { webhooksOptions } from './options/webhooks.options.ts';

/** Groups as the reference page shows them. */
export const OPTION_GROUPS = {
  'Every process': processOptions,
  Kafka: kafkaOptions,
  'Integration database': integrationOptions,
  Publisher: publisherOptions,
  'CRM (relay and webhook service)': crmOptions,
  'Webhook service': webhooksOptions,
  'Connections (causeway connection put)': connectionOptions,
  'Products (causeway backfill)': productOptions,
  Simulator: simulatorOptions,
  'Tests against a Zoho sandbox': sandboxOptions,
  'Where Postgres and Kafka come from': stackOptions,
} as const;

/** Every option there is: the names that the environment may use. */
export const catalogue = {
  ...stackOptions,
  ...processOptions,
  ...kafkaOptions,
  ...integrationOptions,
  ...publisherOptions,
  ...crmOptions,
  ...webhooksOptions,
  ...connectionOptions,
  ...productOptions,
  ...simulatorOptions,
  ...sandboxOptions,
};
