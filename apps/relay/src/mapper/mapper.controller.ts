import { Controller, Inject, UseFilters } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { RethrowFilter, type RecordBatch } from '#kafka';
import { faultPoint } from '../fault.points.ts';
import { MapperService } from './mapper.service.ts';

/** Pattern of the topics that the loaded packs read; which those are is configuration. */
export const PRODUCT_EVENTS = 'product-events';

@Controller()
@UseFilters(RethrowFilter)
export class MapperController {
  readonly #mapper: MapperService;

  constructor(@Inject(MapperService) mapper: MapperService) {
    this.#mapper = mapper;
  }

  @EventPattern(PRODUCT_EVENTS)
  async take(@Payload() batch: RecordBatch): Promise<void> {
    faultPoint('batch received');
    await this.#mapper.take(batch);
    faultPoint('batch mapped');
  }
}
