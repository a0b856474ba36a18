import { counter, histogram, type Registry } from '#observability';
import type { CallObserver } from '#zoho';

/** Counts calls and credits of the CRM client. */
export function callObserver(registry: Registry): CallObserver {
  const labelNames = ['kind', 'outcome'];
  const calls = counter(registry, 'crm_calls_total', { help: 'Calls of the CRM by class of their answer', labelNames });
  const credits = counter(registry, 'crm_credits_total', {
    help: 'Credits that calls of the CRM cost',
    labelNames: ['kind', 'lane'],
  });
  const seconds = histogram(registry, 'crm_call_seconds', {
    help: 'Time that calls of the CRM take',
    labelNames,
  });
  return ({ kind, lane, outcome, credits: cost, ms }) => {
    calls.inc({ kind, outcome });
    credits.inc({ kind, lane: lane ?? 'none' }, cost);
    seconds.observe({ kind, outcome }, ms / 1000);
  };
}
