import { heldBack, type CallGate } from '#zoho';

/** What people said about the calls of connections. */
export interface HeldCalls {
  /** True while a person has stopped the connection: no call leaves, whoever asks for it. */
  readonly isStopped?: ((connectionId: string) => boolean) | undefined;
  /** Waits for the turn of a call where an operator throttled them; false: it is held back. Without it nothing waits. */
  readonly turnOf?: ((connectionId: string) => Promise<boolean>) | undefined;
}

/** The gate of a connection behind what people hold back. */
export function heldGate(connectionId: string, gate: CallGate, { isStopped, turnOf }: HeldCalls): CallGate {
  if (isStopped === undefined && turnOf === undefined) return gate;
  return {
    enter: async (ask) => {
      if (isStopped?.(connectionId) === true) return heldBack();
      // Channels are kept whatever is read: one that expires costs more calls than it takes.
      const isKeeping = ask.kind.startsWith('watch');
      if (!isKeeping && (await turnOf?.(connectionId)) === false) return heldBack();
      return gate.enter(ask);
    },
  };
}
