import { z } from 'zod';
import { defineEvent } from './event.definition.ts';

const signedUp = defineEvent({
  aggregateType: 'user',
  eventType: 'user.signed_up',
  payload: z.object({ id: z.string(), email: z.email(), plan: z.string().default('free') }),
});

describe('defineEvent', () => {
  it('makes an event with the payload checked and completed', () => {
    const event = signedUp.of({
      aggregateId: '42',
      tenantId: 'portal',
      payload: { id: '42', email: 'ana@example.test' },
    });
    expect(event).toEqual({
      aggregateType: 'user',
      eventType: 'user.signed_up',
      eventVersion: 1,
      aggregateId: '42',
      tenantId: 'portal',
      payload: { id: '42', email: 'ana@example.test', plan: 'free' },
    });
  });

  it('leaves out keys that the schema does not name', () => {
    const user = { id: '42', email: 'ana@example.test', passwordHash: 'secret' };
    expect(signedUp.of({ aggregateId: '42', payload: user }).payload).not.toHaveProperty('passwordHash');
  });

  it('refuses a payload that does not fit', () => {
    expect(() => signedUp.of({ aggregateId: '42', payload: { id: '42', email: 'no-at-sign' } })).toThrow(z.ZodError);
  });

  it('keeps the version it was given', () => {
    const second = defineEvent({
      aggregateType: 'user',
      eventType: 'user.signed_up',
      eventVersion: 2,
      payload: z.object({}),
    });
    expect(second.of({ aggregateId: '42', payload: {} }).eventVersion).toBe(2);
  });
});
