import { caseFileSchema } from '#mapping';
import type { Pack } from '../pack.types.ts';
import cases from './cases.json' with { type: 'json' };
import { withoutMails } from './mail.parts.ts';
import { mapping } from './mapping.ts';

export const learning: Pack = {
  name: mapping.name,
  product: mapping.product,
  mapping,
  cases: caseFileSchema.parse(cases).cases.map((worked) => withoutMails(worked)),
};
