export const HEADER_CHOICES = ['cloudevents', 'two'] as const;
export type HeaderChoice = (typeof HEADER_CHOICES)[number];

/** A table of the bench, and what a publisher is told of it. */
export interface BenchLayout {
  readonly publication: string;
  /** What the migrations do not make. */
  readonly ddl: string;
  /** Columns and, for row number `n` with the payload `p`, their values. */
  readonly columns: string;
  readonly values: (n: string, p: string) => string;
  readonly table: string;
  readonly env: Readonly<Record<string, string>>;
}

export const SOURCE_NAME = 'bench';
export const TOPIC_NAME = `${SOURCE_NAME}.order`;

/** Options of the event router, under its own names. */
export const ROUTER_OPTIONS = {
  'route.topic.replacement': `${SOURCE_NAME}.\${routedByValue}`,
  'table.fields.additional.placement': 'type:header:eventType',
} as const;

export const LAYOUTS: Readonly<Record<HeaderChoice, BenchLayout>> = {
  /** Our own table: nine headers, with those of CloudEvents. */
  cloudevents: {
    publication: 'causeway_outbox',
    ddl: '',
    table: 'outbox.events',
    columns: 'aggregate_type, aggregate_id, event_type, payload',
    values: (n, p) => `'order', 'customer-' || ${n} % 1000, 'order.placed', ${p}`,
    env: {},
  },
  /** The table of Debezium's documentation: two headers, `id` and the event's type. */
  two: {
    publication: 'bench_outbox',
    ddl: `create table public.outbox (
            id uuid primary key default gen_random_uuid(), aggregatetype varchar(255) not null,
            aggregateid varchar(255) not null, type varchar(255) not null, payload jsonb);
          create publication bench_outbox for table public.outbox;`,
    table: 'public.outbox',
    columns: 'aggregatetype, aggregateid, type, payload',
    values: (n, p) => `'order', 'customer-' || ${n} % 1000, 'order.placed', ${p}`,
    env: {
      CAUSEWAY_PRESET: 'debezium-outbox',
      CAUSEWAY_OUTBOX_TABLE: 'public.outbox',
      CAUSEWAY_DEBEZIUM_OPTIONS: JSON.stringify(ROUTER_OPTIONS),
    },
  },
};
