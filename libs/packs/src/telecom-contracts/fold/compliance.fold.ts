import { restamped, unstamped, type Instant, type Stamp } from '#mapping';
import type { KycCompleted, KycDeclined, KycStarted, Rica } from '../events.ts';
import type { KycStatus } from '../setup.ts';
import { sessionOf, submissionOf, withEntry, type KycSession, type RicaStatus, type State } from '../state.ts';
import { ofCustomer } from './customer.fold.ts';

export const kycStarted = ofCustomer<KycStarted>((state, { data, subject, stamp }) =>
  withSession(state, subject, told(sessionOf(state, subject), data, { status: 'In Progress', stamp })),
);

export const kycCompleted = ofCustomer<KycCompleted>((state, { data, subject, stamp, event }) => {
  const session = told(sessionOf(state, subject), data, { status: 'Completed', stamp });
  const completedAt = restamped<Instant | null>(session.completedAt, data.completed_at ?? event.time, stamp);
  const riskTier = restamped(session.riskTier, data.risk_tier ?? undefined, stamp);
  return withSession(state, subject, { ...session, completedAt, riskTier });
});

export const kycDeclined = ofCustomer<KycDeclined>((state, { data, subject, stamp }) => {
  const session = told(sessionOf(state, subject), data, { status: 'Declined', stamp });
  const riskTier = restamped(session.riskTier, data.risk_tier ?? undefined, stamp);
  return withSession(state, subject, { ...session, riskTier });
});

/** A correction says nothing of the status, and its nulls clear. */
export const kycCorrected = ofCustomer<KycCompleted>((state, { data, subject, stamp }) => {
  const session = told(sessionOf(state, subject), data, { status: undefined, stamp });
  const completedAt = restamped(session.completedAt, data.completed_at, stamp);
  return withSession(state, subject, {
    ...session,
    completedAt,
    riskTier: restamped(session.riskTier, data.risk_tier, stamp),
  });
});

/** What every event of a session says. `startedAt` is as it was given last: all come by one topic. */
function told(
  session: KycSession,
  data: KycStarted,
  { status, stamp }: { readonly status: KycStatus | undefined; readonly stamp: Stamp },
): KycSession {
  return {
    ...session,
    status: restamped(session.status, status, stamp),
    startedAt: data.started_at,
    quoteId: restamped(session.quoteId, data.quote_id ?? undefined, stamp),
  };
}

function withSession(state: State, id: string, session: KycSession): State {
  return { ...state, kyc: withEntry(state.kyc, id, session) };
}

export const ricaMoved = (status: RicaStatus) =>
  ofCustomer<Rica>((state, { data, subject, stamp }) => {
    const held = submissionOf(state, subject)?.status ?? unstamped<RicaStatus | null>(null);
    const submission = {
      kycSessionId: data.kyc_session_id,
      submittedAt: data.submitted_at,
      status: restamped(held, status, stamp),
    };
    return { ...state, rica: withEntry(state.rica, subject, submission) };
  });
