/** Automations may run when one of these is written. */
export const TRIGGER = { whenWritten: ['Lead_Status', 'Trial_Days_Left', 'Subscription_Status', 'Stage'] } as const;
