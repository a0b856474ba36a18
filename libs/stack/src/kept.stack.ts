import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { EmbeddedNeeds, EmbeddedStack } from './embedded.stack.ts';

interface KeeperAnswer {
  readonly progress?: string;
  readonly error?: string;
  readonly postgresUrl?: string;
  readonly kafkaBrokers?: string[];
  readonly kafkaListeners?: Readonly<Record<string, string>>;
}

/** Starts the keeper process (keeper.main.ts says why there is one) and waits until its servers answer. */
export async function startKeptStack({ progress, ...request }: EmbeddedNeeds): Promise<EmbeddedStack> {
  const extension = extname(fileURLToPath(import.meta.url));
  const program = fileURLToPath(new URL(`./keeper.main${extension}`, import.meta.url));
  const flags = extension === '.ts' ? ['--conditions=source', '--disable-warning=ExperimentalWarning'] : [];
  const child = spawn(process.execPath, [...flags, program, JSON.stringify(request)], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const answer = await readAnswer(child, progress);
  return {
    postgresUrl: answer.postgresUrl ?? '',
    kafkaBrokers: answer.kafkaBrokers ?? [],
    kafkaListeners: answer.kafkaListeners ?? {},
    stop: async () => {
      if (child.exitCode !== null) return;
      const exited = once(child, 'exit');
      child.stdin?.end();
      await exited;
    },
  };
}

async function readAnswer(child: ChildProcess, progress: EmbeddedNeeds['progress']): Promise<KeeperAnswer> {
  if (child.stdout === null) throw new Error('the keeper has no output');
  for await (const line of createInterface({ input: child.stdout })) {
    const answer = JSON.parse(line) as KeeperAnswer;
    if (answer.error !== undefined) {
      child.stdin?.end();
      throw new Error(answer.error);
    }
    if (answer.progress === undefined) return answer;
    progress(answer.progress);
  }
  throw new Error('the keeper of Postgres and Kafka ended before they were ready');
}
