import type { JsonObject } from '#contracts';

/** Something that happened in the CRM, as the product is told of it: topic `crm.<module>`, key = that of the state. */
export interface OutgoingEvent {
  /** API name of the module; in lower case it ends the topic's name. */
  readonly module: string;
  /** `crm.<thing>.<what happened>`. */
  readonly type: string;
  /** The entity's id in the product. */
  readonly subject: string;
  /** A canonical instant. */
  readonly at: string;
  readonly data: JsonObject;
}
