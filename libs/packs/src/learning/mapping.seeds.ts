import type { EventSeed } from '#mapping';
import type { JsonObject } from '#contracts';

/** Events of one user for tests. */
export const USER = 'u1';

export const told = (type: string, data: JsonObject = {}, time = '2026-03-01T10:00:00Z'): EventSeed => ({
  subject: USER,
  type,
  data,
  time,
});

export const signUp = told('user.registered', { email: 'Ana@Example.com', role: 'student', first_name: 'Ana' });
export const started = (id: string): EventSeed => told('quest.started', { enrolment_id: id });
export const completed = (id: string, data: JsonObject = {}): EventSeed =>
  told('quest.completed', { enrolment_id: id, ...data }, '2026-03-02T10:00:00Z');
export const badge = (id: string, data: JsonObject = {}): EventSeed =>
  told('badge.earned', { badge_id: id, ...data }, '2026-03-02T10:00:00Z');
export const snapshot = (data: JsonObject, time = '2026-03-04T02:00:00Z'): EventSeed =>
  told('user.snapshot_taken', { reason: 'nightly', ...data }, time);
export const goodbye = told('user.deleted', { reason: 'user_request' });
