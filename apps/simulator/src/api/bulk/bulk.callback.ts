import { mandatoryMissing, place } from '../../answers/errors.ts';
import { Refusal } from '../../answers/answer.ts';
import type { Fields } from '../../records/record.model.ts';
import { bulkError } from './bulk.errors.ts';

export interface BulkCallback {
  readonly url: string;
  readonly method: 'post';
}

/** Where the end of a job is told, if anywhere. @throws Refusal for a callback that cannot be called */
export function bulkCallback(given: unknown): BulkCallback | undefined {
  if (given === undefined || given === null) return undefined;
  const { url, method } = given as Fields;
  if (url === undefined) throw new Refusal(400, mandatoryMissing(place('url', '$.callback')));
  if (method === undefined) throw new Refusal(400, mandatoryMissing(place('method', '$.callback')));
  if (method !== 'post') {
    const details = { supported_callback_methods: ['post'] };
    throw bulkError('INVALID_CALLBACK_METHOD', 'The callback method is not valid.', details);
  }
  if (typeof url !== 'string' || !URL.canParse(url) || !/^https?:/.test(url)) {
    throw bulkError('INVALID_CALLBACK_URL', 'The callback URL is not valid.');
  }
  return { url, method };
}
