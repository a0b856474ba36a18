import type { Answer } from '../answers/answer.ts';

/** What goes back to the caller: an answer, or what a fault made of it. */
export type Outcome =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'html'; readonly status: number }
  | { readonly kind: 'cut'; readonly answer: Answer; readonly bytes: number }
  | { readonly kind: 'destroy' };

export const HTML_PAGE =
  '<!DOCTYPE html><html><head><title>Zoho CRM</title></head><body><h1>We will be back shortly</h1></body></html>';

/** The status that the call log notes; 0 where no answer went out. */
export function statusOf(outcome: Outcome): number {
  if (outcome.kind === 'destroy') return 0;
  return outcome.kind === 'html' ? outcome.status : outcome.answer.status;
}
