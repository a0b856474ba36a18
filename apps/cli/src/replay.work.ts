import type { Kysely } from 'kysely';
import type { Mapping } from '#mapping';
import type { IntegrationDatabase } from '#postgres';
import { runReplay, type EventSource, type Replay } from '#replay';
import { EXIT } from './exit.codes.ts';
import { progressLine } from './progress.line.ts';
import { replayLines } from './replay.lines.ts';
import { say } from './source.command.ts';

export interface WorkOptions {
  readonly replay: Replay;
  readonly mapping: Mapping;
  readonly source: EventSource;
  readonly topicPrefix: string;
  readonly json: boolean | undefined;
}

/** Works on a replay until it is done; Ctrl-C stops it behind the keys under way, and it can be resumed. */
export async function work(
  db: Kysely<IntegrationDatabase>,
  { replay, mapping, source, topicPrefix, json }: WorkOptions,
): Promise<void> {
  const line = progressLine('keys folded anew');
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, onSignal);
  try {
    const onProgress = ({ keysDone: done, keys: all }: Replay): void => line.show(done, all);
    const options = { db, id: replay.id, mapping, source, topicPrefix, onProgress, signal: stop.signal };
    const ended = await runReplay(options);
    line.end();
    say({ done: ended.state === 'done', ...ended }, { json, lines: replayLines(ended) });
    const isClean = ended.state === 'done' && Object.keys(ended.leftAlone).length === 0;
    process.exitCode = isClean ? EXIT.done : EXIT.problems;
  } finally {
    line.end();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, onSignal);
  }
}
