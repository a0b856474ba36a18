import { errorBody, Refusal } from '../../answers/answer.ts';

export const notFound = (status: 400 | 404, resource: string): Refusal =>
  new Refusal(status, errorBody('RESOURCE_NOT_FOUND', "The requested resource doesn't exist.", { resource }));

export const bulkError = (code: string, message: string, details: Readonly<Record<string, unknown>> = {}): Refusal =>
  new Refusal(400, errorBody(code, message, details));
