import { errorBody, Refusal, type Answer } from './answer.ts';

/** The bare error of a refusal. Anything else is a fault of the simulator's own. */
export function refusalAnswer(error: unknown): Answer {
  if (error instanceof Refusal) return error.answer;
  const message = error instanceof Error ? error.message : String(error);
  return { status: 500, body: errorBody('INTERNAL_ERROR', 'Internal Server Error', { simulator: message }) };
}
