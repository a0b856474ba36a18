import { caseFileSchema } from '#mapping';
import type { Pack } from '../pack.types.ts';
import cases from './cases.json' with { type: 'json' };
import { mapping } from './mapping.ts';
import { RECORD_TYPES } from './settings.ts';

export const inquiries: Pack = {
  name: mapping.name,
  product: mapping.product,
  mapping,
  cases: caseFileSchema.parse(cases).cases,
  caseSettings: { record_types: [...RECORD_TYPES] },
};
