import { Module, type DynamicModule } from '@nestjs/common';
import { Inbox, InboxModule, type InboxOptions } from '#inbox';
import { createDatabase } from '#postgres';
import type { ProductPart } from '../product/product.part.ts';
import { applyReturns } from './contract.inbox.ts';
import { CONTRACT_RETURNS, ContractReturnsController } from './contract-returns.controller.ts';
import { TELECOM_MIGRATION, type TelecomDatabase } from './telecom.tables.ts';

/** The product's side of the way back: an inbox behind the batches of the CRM's topics. */
@Module({})
export class TelecomModule {
  static with(options: InboxOptions<TelecomDatabase>): DynamicModule {
    const imports = [InboxModule.forConsumer<TelecomDatabase>(options)];
    return { module: TelecomModule, imports, controllers: [ContractReturnsController] };
  }
}

/** Stage moves become contract states, and what was not taken over is kept for the staff. */
export const telecom: ProductPart = {
  migration: TELECOM_MIGRATION,
  modules: ['Deals', 'Quotes', 'Contacts', 'Accounts'],
  pattern: CONTRACT_RETURNS,
  open: ({ pool, group, logger }) => {
    const options = { db: createDatabase<TelecomDatabase>(pool), consumer: group, logger };
    const inbox = new Inbox<TelecomDatabase>(options);
    return { module: TelecomModule.with(options), beside: async () => (await inbox.redrive(applyReturns)) > 0 };
  },
};
