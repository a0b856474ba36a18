import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql, type Kysely, type QueryExecutorProvider } from 'kysely';
import { CausewayError } from '#contracts';
import { stateKey, type FoldConnection } from '#folding';
import { countWaiting, insertCommands } from '#ledger';
import type { Mapping } from '#mapping';
import { transaction, type IntegrationDatabase } from '#postgres';
import { EventReader } from '../history/event.reader.ts';
import { readHistories, type KeyHistory } from '../history/key.histories.ts';
import { Pace } from '../pace.ts';
import { foldAnew, lockKeys } from './live.chunk.ts';
import {
  advance,
  endReplay,
  holdReplay,
  leaveReplay,
  nextKeys,
  readReplay,
  takeReplay,
  type NextKeys,
} from './replay.store.ts';
import type { ChunkResult, Replay, ReplayKey, ReplayWorld } from './replay.types.ts';
import { shadowCommands } from './shadow.chunk.ts';
import { withoutKnownEffects } from './told.records.ts';

/** Keys of one transaction. Of a live replay their states are locked meanwhile. */
const AT_A_TIME = { shadow: 100, live: 50 } as const;
/** With so many commands waiting for the CRM a replay waits too, long before the relay stops fetching events. */
const MOST_WAITING = 20_000;
const LOOK_AGAIN_MS = 1000;

export interface RunOptions extends ReplayWorld {
  readonly db: Kysely<IntegrationDatabase>;
  readonly id: string;
  readonly mapping: Mapping;
  readonly onProgress?: (replay: Replay) => void;
  /** Aborted: the keys under way are done, then it is left to be resumed. */
  readonly signal?: AbortSignal;
}

/**
 * Works on a replay until all of its keys are done, it is cancelled, or somebody asks to stop. Whoever is killed in it leaves whole keys done
 * and others untouched; the next one goes on behind them.
 * @returns the replay as it is then
 * @throws CausewayError `REPLAY_TAKEN` when somebody else works on it, `REPLAY_CHANGED` when the pack has another version now
 */
export async function runReplay(options: RunOptions): Promise<Replay> {
  const { db, id, mapping } = options;
  const owner = randomUUID();
  const replay = await readReplay(db, id);
  if (replay === undefined) throw new Error(`there is no replay ${id}`);
  if (replay.mapping !== mapping.name || replay.mappingVersion !== mapping.version) {
    const details = { replay: id, mapping: replay.mapping, version: replay.mappingVersion, found: mapping.version };
    throw new CausewayError('REPLAY_CHANGED', { details });
  }
  if (!(await takeReplay(db, id, owner))) throw new CausewayError('REPLAY_TAKEN', { details: { replay: id } });
  try {
    const isDone = await new ReplayWorker(options, { replay, owner }).run();
    const reason = replay.reason;
    if (isDone) await endReplay(db, { id, state: 'done', by: replay.by, reason });
  } finally {
    await leaveReplay(db, id, owner);
  }
  return (await readReplay(db, id)) ?? replay;
}

class ReplayWorker {
  readonly #options: RunOptions;
  readonly #replay: Replay;
  readonly #owner: string;
  readonly #reader: EventReader;
  readonly #pace: Pace;

  constructor(options: RunOptions, { replay, owner }: { readonly replay: Replay; readonly owner: string }) {
    this.#options = options;
    this.#replay = replay;
    this.#owner = owner;
    this.#reader = new EventReader(options.mapping, options.topicPrefix);
    this.#pace = new Pace(replay.rate ?? undefined);
  }

  /** True when no key is left. */
  async run(): Promise<boolean> {
    const { db, id, onProgress } = this.#options;
    while (!this.#isAsked()) {
      const next = await nextKeys(db, id, AT_A_TIME[this.#replay.target]);
      if (next.keys.length === 0) return holdReplay(db, id, this.#owner);
      if (!(await this.#hasRoom())) return false;
      const result = await this.#replayKeys(next);
      if (result === null) return false;
      const now = await readReplay(db, id);
      if (now !== undefined) onProgress?.(now);
      await this.#pace.after(result.events);
    }
    return false;
  }

  /** To stop. */
  #isAsked(): boolean {
    return this.#options.signal?.aborted === true;
  }

  /** Waits until the CRM has taken some of what waits for it. False when the replay is not ours any more. */
  async #hasRoom(): Promise<boolean> {
    const { db, id } = this.#options;
    for (;;) {
      if (!(await holdReplay(db, id, this.#owner))) return false;
      if ((await countWaiting(db, MOST_WAITING)) < MOST_WAITING) return true;
      if (this.#isAsked()) return false;
      await sleep(LOOK_AGAIN_MS);
    }
  }

  /** Null when the replay is not ours any more: nothing was stored. */
  async #replayKeys(next: NextKeys): Promise<ChunkResult | null> {
    const { db, id } = this.#options;
    const read = await this.#histories(db, next.keys);
    return transaction(db, async (trx) => {
      const result =
        this.#replay.target === 'live' ? await this.#live(trx, { ...next, read }) : await this.#shadow(trx, read);
      if (await advance(trx, { id, owner: this.#owner, place: next.place, result })) return result;
      // What others wrote meanwhile stands; what was made here goes.
      throw new LostReplay();
    }).catch((error: unknown) => {
      if (error instanceof LostReplay) return null;
      throw error;
    });
  }

  async #histories(db: QueryExecutorProvider, keys: readonly ReplayKey[]): Promise<KeyHistory[]> {
    const { mapping, source } = this.#options;
    const wanted = new Set(keys.map(stateKey));
    const found = await readHistories(db, { mapping, reader: this.#reader, source, keys });
    return found.filter((history) => wanted.has(stateKey(history)));
  }

  async #shadow(trx: Parameters<typeof insertCommands>[0], read: readonly KeyHistory[]): Promise<ChunkResult> {
    const { whole, leftAlone } = wholeOf(read);
    const connection = await shadowConnection(trx, this.#replay.connectionId ?? '');
    const all = shadowCommands(this.#options.mapping, { histories: whole, connection });
    const commands = await withoutKnownEffects(trx, all);
    await insertCommands(trx, commands);
    return { events: stepsOf(whole), commands: commands.length, leftAlone };
  }

  async #live(
    trx: Parameters<typeof foldAnew>[0],
    { keys, read }: { keys: readonly ReplayKey[]; read: readonly KeyHistory[] },
  ): Promise<ChunkResult> {
    const { mapping } = this.#options;
    const locked = await lockKeys(trx, mapping, keys);
    const known = read.reduce((sum, { rows }) => sum + rows.length, 0);
    const again = await this.#rowCount(trx, keys);
    // Something was folded since they were read: nothing is from now on.
    const { whole, leftAlone } = wholeOf(again === known ? read : await this.#histories(trx, keys));
    const commands = await foldAnew(trx, { mapping, histories: whole }, locked);
    return { events: stepsOf(whole), commands, leftAlone };
  }

  async #rowCount(trx: QueryExecutorProvider, keys: readonly ReplayKey[]): Promise<number> {
    const { rows } = await sql<{ count: number }>`
      select count(distinct (f.key, f.tenant_id, f.connection_id, f.event_id))::integer as count
        from unnest(${keys.map(({ tenantId }) => tenantId)}::text[], ${keys.map(({ key }) => key)}::text[],
                    ${keys.map(({ connectionId }) => connectionId)}::text[]) as k (tenant_id, key, connection_id)
        join relay.folds f on f.mapping = ${this.#options.mapping.name} and f.tenant_id = k.tenant_id and f.key = k.key
                          and f.connection_id = k.connection_id`.execute(trx);
    return rows[0]?.count ?? 0;
  }
}

class LostReplay extends Error {}

/** Those of which every event was found; a state folded of less would be a wrong one. */
function wholeOf(histories: readonly KeyHistory[]): { whole: KeyHistory[]; leftAlone: Record<string, number> } {
  const whole = histories.filter(({ missing }) => missing === 0);
  const lacking = histories.length - whole.length;
  return { whole, leftAlone: lacking === 0 ? {} : { events_missing: lacking } };
}

function stepsOf(histories: readonly KeyHistory[]): number {
  return histories.reduce((sum, { steps }) => sum + steps.length, 0);
}

async function shadowConnection(db: QueryExecutorProvider, id: string): Promise<FoldConnection> {
  const { rows } = await sql<FoldConnection>`
    select id, state, settings from connections.connections where id = ${id} for key share`.execute(db);
  const [found] = rows;
  if (found === undefined) throw new CausewayError('CONNECTION_MISSING', { details: { connection: id } });
  return found;
}
