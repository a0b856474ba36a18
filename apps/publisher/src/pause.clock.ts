import type { Lsn } from '#replication';

/** The stream's side that a pump uses. */
export interface Flow {
  pause(): void;
  resume(): void;
  confirm(lsn: Lsn): void;
}

/** Passes everything on to `flow` and tells for how many seconds it was paused, once it goes on. */
export function timePauses(flow: Flow, { onPaused }: { readonly onPaused: (seconds: number) => void }): Flow {
  let since: number | undefined;
  return {
    pause: () => {
      since ??= performance.now();
      flow.pause();
    },
    resume: () => {
      if (since !== undefined) onPaused((performance.now() - since) / 1000);
      since = undefined;
      flow.resume();
    },
    confirm: (lsn) => flow.confirm(lsn),
  };
}
