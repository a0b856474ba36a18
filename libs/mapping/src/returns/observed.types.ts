import type { JsonObject } from '#contracts';
import type { Mapping } from '../fold/mapping.types.ts';
import type { WantedRecord } from '../fold/wanted.types.ts';
import type { Observation } from './observation.types.ts';
import type { ReturnModule } from './return.types.ts';

/** A record that is looked at, with all that is known of it. */
export interface Observed {
  readonly mapping: Mapping;
  readonly module: ReturnModule<JsonObject, unknown>;
  readonly observation: Observation;
  readonly recordKey: string;
  readonly wanted: WantedRecord;
  readonly own: JsonObject;
}
