import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '../answers/answer.ts';
import { refusalAnswer } from '../answers/refusal.answer.ts';
import type { Fault, FaultTarget } from '../faults/fault.store.ts';
import { tokenOf } from '../oauth/authenticate.ts';
import type { Org } from '../org/org.ts';
import type { Outcome } from './outcome.ts';
import type { RawRequest } from './raw.request.ts';

interface Faulty {
  readonly raw: RawRequest;
  readonly target: FaultTarget;
  readonly run: () => Promise<Answer>;
}

/** Runs a call under the fault that is armed for it, if one is. */
export async function withFaults(
  org: Org,
  given: Faulty,
): Promise<{ readonly outcome: Outcome; readonly fault: number | null }> {
  const fault = org.faults.take(given.target);
  if (fault === undefined) return { outcome: { kind: 'answer', answer: await answered(given.run) }, fault: null };
  return { outcome: await faultyOutcome(org, { ...given, fault }), fault: fault.id };
}

async function faultyOutcome(org: Org, given: Faulty & { readonly fault: Fault }): Promise<Outcome> {
  const { effect } = given.fault;
  const answer = (): Promise<Answer> => answered(given.run);
  if (effect === 'cut_request') return { kind: 'destroy' };
  if (effect === 'html') return { kind: 'html', status: 200 };
  if (effect === 'half_body') return { kind: 'answer', answer: half(await answer()) };
  if (effect === 'drop_answer') {
    await answer();
    return { kind: 'destroy' };
  }
  if (effect === 'revoke_token') {
    const authorisation = given.raw.headers['authorization'];
    const token = tokenOf(typeof authorisation === 'string' ? authorisation : undefined);
    org.durably(() => org.oauth.revoke(token ?? ''));
    return { kind: 'answer', answer: await answer() };
  }
  if ('delayMs' in effect) {
    const made = await answer();
    await sleep(effect.delayMs);
    return { kind: 'answer', answer: made };
  }
  if ('moveClockMs' in effect) {
    org.durably(() => org.clock.advance(effect.moveClockMs));
    return { kind: 'answer', answer: await answer() };
  }
  if ('cut_request_at' in effect) return { kind: 'destroy' };
  if ('cut_answer_at' in effect) return { kind: 'cut', answer: await answer(), bytes: effect.cut_answer_at };
  if (effect.after === true) await answer();
  return {
    kind: 'answer',
    answer: {
      status: effect.status,
      body: effect.body,
      ...(effect.headers === undefined ? {} : { headers: effect.headers }),
    },
  };
}

/** A whole answer whose JSON breaks off in its middle. */
function half(answer: Answer): Answer {
  if (answer.body === undefined || answer.body instanceof Uint8Array) return answer;
  const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
  return { ...answer, body: text.slice(0, Math.floor(text.length / 2)) };
}

async function answered(run: () => Promise<Answer>): Promise<Answer> {
  try {
    return await run();
  } catch (error) {
    return refusalAnswer(error);
  }
}
