/** What a product says happened. Names are those of the columns of outbox.events. */
export interface OutboxEvent {
  /** Second part of the topic: letters, digits, `.`, `_` and `-`. */
  readonly aggregateType: string;
  readonly aggregateId: string;
  /** In the past tense and with the aggregate's name, such as `user.signed_up`. */
  readonly eventType: string;
  /** An object that JSON can hold. */
  readonly payload: object;
  /** 1 unless given. */
  readonly eventVersion?: number;
  /** Tenant it belongs to; the database's default unless given (`outbox.default_tenant()`). */
  readonly tenantId?: string;
  /** Key of the Kafka record, in which order holds; the aggregate's id unless given. */
  readonly partitionKey?: string;
  /** Further Kafka headers, such as `traceparent`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** When it happened; the start of the transaction unless given. */
  readonly occurredAt?: Date;
  /** A UUID of the product's own, for an event that must have the same id each time it is told; else one of version 7. */
  readonly id?: string;
}
