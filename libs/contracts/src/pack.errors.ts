/** What packs say of events and their values (packs/README.md section 2). */
export const PACK_ERRORS = {
  unknown_event: {
    meaning: 'The pack knows no event of this type and version',
    action: 'Add the event to the pack and redrive, or let the product send a known one.',
    owner: 'product',
  },
  missing_value: {
    meaning: 'A required value is missing',
    action: 'Let the product send the field named; redrive when the pack changed instead.',
    owner: 'product',
  },
  invalid_value: {
    meaning: 'A value cannot be used',
    action: 'Correct the field in the product; the rest of the event was used unless it was set aside.',
    owner: 'product',
  },
  unknown_value: {
    meaning: 'A value is not in its list',
    action: 'Correct the value in the product, or add it to the pack.',
    owner: 'product',
  },
  foreign_currency: {
    meaning: "An amount is in another currency than the connection's",
    action: 'Sell in the currency of the connection, or correct its setting currency, and redrive the event.',
    owner: 'product',
  },
  contract_signed: {
    meaning: 'A contract that was signed cannot be a draft again',
    action: 'Draw up a new contract; the event stays set aside.',
    owner: 'product',
  },
  name_missing: {
    meaning: 'There is no name, so the record is called Unknown',
    action: 'Let the product ask for a name, if that matters.',
    owner: 'product',
  },
} as const;
