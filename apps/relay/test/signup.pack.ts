import type { Mapping } from '#mapping';
import { loadPack } from '#packs';

/** The mapping that the specs of the relay fold with: a Lead for each user of the product `portal`. */
export const signupLead: Mapping = (await loadPack('signup-lead')).mapping;
