import { type Answer, type ErrorBody } from './answer.ts';

/** One record's part of a write's answer, in the order of the input. */
export type Item = ErrorBody | SuccessItem;

export interface SuccessItem {
  readonly code: 'SUCCESS';
  readonly details: Readonly<Record<string, unknown>>;
  readonly message: string;
  readonly status: 'success';
  readonly [more: string]: unknown;
}

export function success(message: string, details: Readonly<Record<string, unknown>>): SuccessItem {
  return { code: 'SUCCESS', details, message, status: 'success' };
}

/** All well: `done`; some failed: 207; every one failed: 400, the body still a list (reference 2.1). */
export function itemsAnswer(key: string, items: readonly Item[], done: 200 | 201): Answer {
  const failed = items.filter((item) => item.status === 'error').length;
  const status = failed === 0 ? done : failed < items.length ? 207 : 400;
  return { status, body: { [key]: items } };
}
