import { defineMapping } from '#mapping';
import { capture } from './capture.ts';
import { events } from './events.ts';
import { fold, initial } from './fold.ts';
import { project } from './projection.ts';
import { scopes, setup } from './setup.ts';

/** Each row of Portal's table of users is a Lead in Zoho CRM. */
export const mapping = defineMapping({
  name: 'signup-lead',
  product: 'portal',
  version: 1,
  destination: 'zoho-crm',
  events,
  initial,
  fold,
  project,
  setup,
  scopes,
  capture,
});
