import type { Json } from '#contracts';
import { sameValue } from '#mapping';

/** Why a field of a record is not as it is wanted. */
export type DriftCause = 'never_sent' | 'rejected' | 'edited_by_person' | 'unexplained';

/** The last thing known of a field. */
export interface KnownValue {
  readonly value: Json;
  readonly source: 'sent' | 'seen';
  /** Sent, and the CRM said that it has it. */
  readonly acknowledged: boolean;
}

/**
 * Names the cause of a difference. What we sent and was acknowledged can only have been changed by a person; what we sent without an answer
 * that says so explains nothing. Pure.
 */
export function causeOf(wanted: Json, known: KnownValue | undefined): DriftCause {
  if (known === undefined) return 'never_sent';
  if (known.source === 'seen') return 'edited_by_person';
  if (!sameValue(known.value, wanted)) return 'never_sent';
  return known.acknowledged ? 'edited_by_person' : 'unexplained';
}

export type ReconcileAction = 'nothing_to_do' | 'repair' | 'waiting_for_approval';

const MOST_SHARE = 0.05;
const FEW = 10;

/**
 * Whether what was found is put right by itself: only while it is little. Much of it at once means that something else is wrong, and a
 * person decides. Pure.
 */
export function actionFor({ wrong, compared }: { readonly wrong: number; readonly compared: number }): ReconcileAction {
  if (wrong === 0) return 'nothing_to_do';
  return wrong <= FEW || wrong < MOST_SHARE * compared ? 'repair' : 'waiting_for_approval';
}
