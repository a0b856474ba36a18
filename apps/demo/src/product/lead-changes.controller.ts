import { Controller, Inject, UseFilters } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { RethrowFilter, type RecordBatch } from '#kafka';
import { LeadChangesService } from './lead-changes.service.ts';

export const LEAD_CHANGES = 'lead-changes';

@Controller()
@UseFilters(RethrowFilter)
export class LeadChangesController {
  readonly #service: LeadChangesService;

  constructor(@Inject(LeadChangesService) service: LeadChangesService) {
    this.#service = service;
  }

  @EventPattern(LEAD_CHANGES)
  async take(@Payload() batch: RecordBatch): Promise<void> {
    for (const record of batch.records) await this.#service.take(record);
  }
}
