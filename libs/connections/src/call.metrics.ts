import { counter, histogram, type Registry } from '#observability';
import type { CallObserver } from '#zoho';

/** Counts calls and credits of the CRM client. */
export function callObserver(registry: Registry): CallObserver {
  const labelNames = ['kind', 'outcome'];
  const calls = counter(registry, 'crm_calls_total', { help: 'Calls of the CRM', labelNames });
  const credits = counter(registry, 'crm_credits_total', {
    help: 'Credits that calls of the CRM cost',
    labelNames: ['kind'],
  });
  const seconds = histogram(registry, 'crm_call_seconds', {
    help: 'Time that calls of the CRM take',
    labelNames: ['kind'],
  });
  return ({ kind, outcome, credits: cost, ms }) => {
    calls.inc({ kind, outcome });
    credits.inc({ kind }, cost);
    seconds.observe({ kind }, ms / 1000);
  };
}
