import { Module, type DynamicModule } from '@nestjs/common';
import { createDatabase, type ProductDatabase } from '#postgres';
import { LEAD_CHANGES, LeadChangesController } from './lead-changes.controller.ts';
import { LeadChangesService } from './lead-changes.service.ts';
import { PRODUCT_MIGRATION } from './product.migration.ts';
import type { ProductPart } from './product.part.ts';

@Module({})
class PortalModule {
  static with(service: LeadChangesService): DynamicModule {
    const providers = [{ provide: LeadChangesService, useValue: service }];
    return { module: PortalModule, controllers: [LeadChangesController], providers };
  }
}

/** What salespeople do with a Lead stands beside the user. */
export const portal: ProductPart = {
  migration: PRODUCT_MIGRATION,
  modules: ['Leads'],
  pattern: LEAD_CHANGES,
  open: ({ pool, logger }) => ({
    module: PortalModule.with(new LeadChangesService({ db: createDatabase<ProductDatabase>(pool), logger })),
  }),
};
