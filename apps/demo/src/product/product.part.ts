import type { DynamicModule } from '@nestjs/common';
import type { Pool } from 'pg';
import type { Logger } from '#observability';

/** What one of the demo's products does with what it hears of the CRM. */
export interface ProductPart {
  /** Tables and columns of its own, made at the start. */
  readonly migration: string;
  /** Modules whose topics it consumes, by their API names. */
  readonly modules: readonly string[];
  /** The `@EventPattern` that takes their batches. */
  readonly pattern: string;
  /** Its consumer, with what is called now and then beside it. */
  open(given: { readonly pool: Pool; readonly group: string; readonly logger: Logger }): OpenPart;
}

export interface OpenPart {
  readonly module: DynamicModule;
  /** Looks for work that no record brings; false when there was none. */
  readonly beside?: () => Promise<boolean>;
}
