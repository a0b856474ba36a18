import type { Pack } from './pack.types.ts';
import { inquiries } from './inquiries/pack.ts';
import { learning } from './learning/pack.ts';
import { propertySites } from './property-sites/pack.ts';
import { signupLead } from './signup-lead/pack.ts';
import { telecomContracts } from './telecom-contracts/pack.ts';

/** The packs that come with Causeway, by name. */
export const builtInPacks: Readonly<Record<string, Pack>> = {
  [signupLead.name]: signupLead,
  [propertySites.name]: propertySites,
  [telecomContracts.name]: telecomContracts,
  [inquiries.name]: inquiries,
  [learning.name]: learning,
};
