/** A slot of a source: what one publisher at a time works on. */
export interface SlotName {
  readonly topicPrefix: string | undefined;
  readonly source: string;
  readonly slot: string;
}

/** One live producer a slot: all publishers of it share this id, and whoever takes it over last wins. */
export function publisherTransactionalId({ topicPrefix, source, slot }: SlotName): string {
  return `${topicPrefix ?? ''}causeway.publisher.${source}.${slot}`;
}

/** Of those who produce events again while the publisher goes on. */
export function resendTransactionalId({ topicPrefix, source, slot }: SlotName): string {
  return `${topicPrefix ?? ''}causeway.resend.${source}.${slot}`;
}
