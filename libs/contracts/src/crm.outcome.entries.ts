/** Entries of the error catalogue for what the CRM refuses for a reason of its own, and for when it is away. */
export const CRM_OUTCOME_ENTRIES = {
  CRM_VALUE_REFUSED: {
    meaning: 'The CRM does not take a value: of another type, too long, or not in its list',
    action:
      'Correct the field named in the product, or causeway parked edit this command. Where the product is right, the set-up of the CRM is not.',
    owner: 'product',
  },
  CRM_PERMISSION_MISSING: {
    meaning: 'The user of the connection may not do this in the CRM',
    action: 'Give its profile or role the right to the module, field or record, then retry the command.',
    owner: 'sales admin',
  },
  CRM_RECORD_LOCKED: {
    meaning: 'The record is locked in the CRM: by a person, an approval or a blueprint',
    action: 'Let it go there, then retry the command; what comes later for the record waits.',
    owner: 'sales admin',
  },
  CRM_CALL_REFUSED: {
    meaning: 'The CRM refuses the call itself, whatever the record holds',
    action:
      'See the reason: a module, address or parameter that this CRM does not have. Correct the pack or its set-up.',
    owner: 'platform',
  },
  CRM_CIRCUIT_OPEN: {
    meaning: 'Several calls of the CRM failed one after another: none goes out but one at a time that tries',
    action:
      'Nothing: everything goes on as soon as one is answered. causeway connection status says when the next tries.',
    owner: 'platform',
  },
  CRM_TRIED_FOR_A_DAY: {
    meaning: 'A command has been tried for 24 hours and the CRM still does not take it',
    action: 'Look at causeway commands list and at the CRM; it is tried on by itself, every quarter of an hour.',
    owner: 'platform',
  },
} as const;
