import { caseFileSchema } from '#mapping';
import type { Pack } from '../pack.types.ts';
import cases from './cases.json' with { type: 'json' };
import { mapping } from './mapping.ts';

export const telecomContracts: Pack = {
  name: mapping.name,
  product: mapping.product,
  mapping,
  cases: caseFileSchema.parse(cases).cases,
};
