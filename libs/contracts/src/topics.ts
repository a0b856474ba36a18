/** Topic names. `prefix` keeps test suites and environments apart in one cluster; it is empty in production. */
export interface TopicNames {
  /** `<product>.<aggregate_type>`: what happened in a product. */
  product(product: string, aggregateType: string): string;
  /** `crm.<module>`, the module's API name in lower case: what happened in the CRM. */
  crm(module: string): string;
  /** Outcomes of commands, without personal data. */
  readonly outcomes: string;
  /** The publisher's positions: compacted, one key a slot. */
  readonly positions: string;
  /** Outbox rows that cannot be produced as they are, with the reason in headers. */
  readonly deadLetters: string;
  /** Keys that are held back behind a poison row: compacted, beside the positions. */
  readonly parkedKeys: string;
}

export function topicNames(prefix = ''): TopicNames {
  return {
    product: (product, aggregateType) => `${prefix}${product}.${aggregateType}`,
    crm: (module) => `${prefix}crm.${module.toLowerCase()}`,
    outcomes: `${prefix}crm.outcomes`,
    positions: `${prefix}causeway.positions`,
    deadLetters: `${prefix}causeway.dead-letters`,
    parkedKeys: `${prefix}causeway.parked-keys`,
  };
}

/** Source name under which the integration database's outbox is published: its topics are `crm.<aggregate_type>`. */
export const CRM_SOURCE = 'crm';
