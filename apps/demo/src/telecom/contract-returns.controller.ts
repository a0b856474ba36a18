import { Controller, Inject, UseFilters } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { Inbox } from '#inbox';
import { RethrowFilter, type RecordBatch } from '#kafka';
import { applyReturns } from './contract.inbox.ts';
import type { TelecomDatabase } from './telecom.tables.ts';

export const CONTRACT_RETURNS = 'contract-returns';

/** Poll batches of the CRM's topics: one transaction each, their offsets are committed after it. */
@Controller()
@UseFilters(RethrowFilter)
export class ContractReturnsController {
  readonly #inbox: Inbox<TelecomDatabase>;

  constructor(@Inject(Inbox) inbox: Inbox<TelecomDatabase>) {
    this.#inbox = inbox;
  }

  @EventPattern(CONTRACT_RETURNS)
  async take(@Payload() { records }: RecordBatch): Promise<void> {
    await this.#inbox.takeRecords(records, applyReturns);
  }
}
