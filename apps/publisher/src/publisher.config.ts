import { kafkaOptions, processOptions, publisherOptions, type Config } from '#config';

/** Everything that the publisher reads from its environment. */
export const publisherProcessOptions = { ...processOptions, ...kafkaOptions, ...publisherOptions };

export type PublisherConfig = Config<typeof publisherProcessOptions>;

/** The one table that is published; the publication may hold others, for other readers. */
export const OUTBOX_TABLE = { schema: 'outbox', table: 'events' } as const;
