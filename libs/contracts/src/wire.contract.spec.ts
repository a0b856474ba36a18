import { createHash } from 'node:crypto';
import { z } from 'zod';
import { COMMAND_STATES, DESTINATIONS, LANES, commandSchema } from './command.ts';
import { eventSchema } from './event.ts';
import { EVENT_HEADERS } from './headers.ts';
import { CRM_SOURCE } from './topics.ts';

/**
 * What products, consumers and stored rows rely on. A failure here means that a change reaches beyond this repository:
 * if it is meant, say so in CHANGELOG.md, keep reading what was written before, and only then take the new hash over.
 */
const hashOf = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);

describe('the wire contract', () => {
  it('has these Kafka headers', () => {
    expect(EVENT_HEADERS).toEqual({
      id: 'ce_id',
      source: 'ce_source',
      type: 'ce_type',
      subject: 'ce_subject',
      time: 'ce_time',
      specversion: 'ce_specversion',
      tenantId: 'ce_tenantid',
      version: 'ce_eventversion',
      contentType: 'content-type',
      traceparent: 'traceparent',
    });
    expect(CRM_SOURCE).toBe('crm');
  });

  it('has these words in stored rows', () => {
    expect(LANES).toEqual(['live', 'retry', 'replay', 'backfill', 'reconcile']);
    expect(DESTINATIONS).toEqual(['zoho-crm']);
    expect(COMMAND_STATES).toEqual(['ready', 'in_flight', 'unknown', 'parked', 'succeeded', 'skipped']);
  });

  it('has this event', () => {
    expect(hashOf(z.toJSONSchema(eventSchema))).toBe('46ea2480704a6e18');
  });

  it('has this command', () => {
    expect(hashOf(z.toJSONSchema(commandSchema))).toBe('17da314e98e23f4f');
  });
});
