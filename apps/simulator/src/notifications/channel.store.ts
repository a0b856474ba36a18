import type { SimClock } from '../org/sim.clock.ts';

export type EventKind = 'create' | 'edit' | 'delete' | 'all';

export interface FieldGroup {
  readonly group_operator?: string;
  readonly group?: readonly FieldGroup[];
  readonly field?: { readonly api_name?: string };
}

/** One subscription: the events it wants and where they go. */
export interface Channel {
  readonly id: string;
  readonly events: readonly { readonly module: string; readonly kind: EventKind }[];
  readonly notifyUrl: string;
  readonly token: string | null;
  readonly expiresAt: number;
  readonly affectedValues: boolean;
  readonly relatedAction: boolean;
  /** Field selection by module. */
  readonly conditions: Readonly<Record<string, FieldGroup>>;
  readonly rawConditions: readonly unknown[];
}

export type ChannelChange =
  | { readonly kind: 'channel.put'; readonly channel: Channel }
  | { readonly kind: 'channel.remove'; readonly id: string };

/** Channels by id. An expired one is silent and not listed, and nobody is told (reference 7.1). */
export class ChannelStore {
  readonly #clock: SimClock;
  readonly #emit: (change: ChannelChange) => void;
  readonly #channels = new Map<string, Channel>();

  constructor(clock: SimClock, emit: (change: ChannelChange) => void) {
    this.#clock = clock;
    this.#emit = emit;
  }

  put(channel: Channel): void {
    this.#do({ kind: 'channel.put', channel });
  }

  get(id: string): Channel | undefined {
    const found = this.#channels.get(id);
    return found !== undefined && found.expiresAt > this.#clock.now() ? found : undefined;
  }

  live(): Channel[] {
    return [...this.#channels.keys()].map((id) => this.get(id)).filter((channel) => channel !== undefined);
  }

  /** All that were ever enabled and not removed, expired ones too. */
  all(): Channel[] {
    return [...this.#channels.values()];
  }

  remove(id: string): void {
    this.#do({ kind: 'channel.remove', id });
  }

  *state(): Generator<ChannelChange> {
    for (const channel of this.#channels.values()) yield { kind: 'channel.put', channel };
  }

  apply(change: ChannelChange): void {
    if (change.kind === 'channel.put') this.#channels.set(change.channel.id, change.channel);
    else this.#channels.delete(change.id);
  }

  clear(): void {
    this.#channels.clear();
  }

  #do(change: ChannelChange): void {
    this.apply(change);
    this.#emit(change);
  }
}
