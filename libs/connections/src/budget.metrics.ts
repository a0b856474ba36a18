import { LANES, type Lane } from '#contracts';
import { counter, gauge, type Registry } from '#observability';
import type { BudgetEvent, BudgetState } from '#zoho';

/** What shows how the credits and places of connections stand. */
export interface BudgetMetrics {
  onEvent(connection: string, event: BudgetEvent): void;
  show(connection: string, state: BudgetState): void;
}

/** Credits and places of the CRM, by connection. */
export function budgetMetrics(registry: Registry): BudgetMetrics {
  const labelNames = ['connection'];
  const events = {
    held: counter(registry, 'crm_held_total', {
      help: 'Calls that were held back here: no credits for their lane, or no place',
      labelNames: ['connection', 'lane', 'cause'],
    }),
    throttled: counter(registry, 'crm_throttled_total', {
      help: 'Calls that the CRM refused with HTTP 429, by what our own count says why',
      labelNames: ['connection', 'lane', 'cause'],
    }),
  };
  const used = gauge(registry, 'crm_credits_used', {
    help: 'Credits in the rolling 24 hours by lane, and what others of the organisation used as far as is known',
    labelNames: ['connection', 'lane'],
  });
  const left = gauge(registry, 'crm_credits_left', { help: 'Credits that are left of the day', labelNames });
  const exhausted = gauge(registry, 'crm_credits_exhausted_seconds', {
    help: 'Time until the credits are used up at the rate of the last hour; -1: not within a day',
    labelNames,
  });
  const running = gauge(registry, 'crm_calls_running', { help: 'Calls of this process that run', labelNames });
  const limit = gauge(registry, 'crm_calls_limit', {
    help: 'Calls that this process lets run at a time; all, and heavy ones',
    labelNames: ['connection', 'weight'],
  });
  return {
    onEvent: (connection, { kind, lane, cause }) => events[kind].inc({ connection, lane, cause }),
    show: (connection, state) => {
      for (const lane of LANES) used.set({ connection, lane }, creditsOf(state, lane));
      used.set({ connection, lane: 'others' }, state.others);
      if (state.left !== null) left.set({ connection }, state.left);
      const seconds = state.exhaustedAt === null ? -1 : Math.max(0, (state.exhaustedAt - Date.now()) / 1000);
      exhausted.set({ connection }, seconds);
      running.set({ connection }, state.running);
      limit.set({ connection, weight: 'all' }, state.limit);
      limit.set({ connection, weight: 'heavy' }, state.heavyLimit);
    },
  };
}

function creditsOf({ used }: BudgetState, lane: Lane): number {
  return used.get(lane) ?? 0;
}
