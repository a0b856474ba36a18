/** One line of the doctor's report. */
export interface Finding {
  readonly check: string;
  /** `note`: nothing is broken, yet a person may want to know. */
  readonly status: 'ok' | 'note' | 'wrong';
  readonly detail: string;
  /** What to do; empty when nothing is to be done. */
  readonly action: string;
}

export function ok(check: string, detail: string): Finding {
  return { check, status: 'ok', detail, action: '' };
}

export function note(check: string, detail: string, action: string): Finding {
  return { check, status: 'note', detail, action };
}

export function wrong(check: string, detail: string, action: string): Finding {
  return { check, status: 'wrong', detail, action };
}
