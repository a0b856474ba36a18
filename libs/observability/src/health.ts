/** What a part of a process says about itself. Not ready: no work can be done now; the reason says why. A note: it waits, and that is in order. */
export type Readiness =
  { readonly ready: true; readonly note?: string } | { readonly ready: false; readonly reason: string };

/** Collects the readiness of the parts of one process: it is ready when there are some and all of them are. */
export class Health {
  readonly #parts = new Map<string, Readiness>();

  set(part: string, readiness: Readiness): void {
    this.#parts.set(part, readiness);
  }

  report(): { readonly ready: boolean; readonly parts: Record<string, string> } {
    const parts = [...this.#parts].map(
      ([name, state]) => [name, state.ready ? (state.note ?? 'ok') : state.reason] as const,
    );
    const states = [...this.#parts.values()];
    return { ready: states.length > 0 && states.every((state) => state.ready), parts: Object.fromEntries(parts) };
  }
}
