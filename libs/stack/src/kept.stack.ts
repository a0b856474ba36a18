import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { EmbeddedNeeds, EmbeddedStack } from './embedded.stack.ts';
import type { RestartRequest } from './keeper.main.ts';
import type { Restart } from './stack.ts';

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
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextAnswer = async (): Promise<KeeperAnswer> => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done === true) throw new Error('the keeper of Postgres and Kafka ended');
      const answer = JSON.parse(value) as KeeperAnswer;
      if (answer.error !== undefined) throw new Error(answer.error);
      if (answer.progress === undefined) return answer;
      progress(answer.progress);
    }
  };
  const restart =
    (server: RestartRequest['restart']): Restart =>
    async (kind) => {
      child.stdin.write(`${JSON.stringify({ restart: server, kind } satisfies RestartRequest)}\n`);
      await nextAnswer();
    };
  const answer = await nextAnswer().catch((error: unknown) => {
    child.stdin.end();
    throw error;
  });
  return {
    postgresUrl: answer.postgresUrl ?? '',
    kafkaBrokers: answer.kafkaBrokers ?? [],
    restart: {
      ...(request.postgres ? { postgres: restart('postgres') } : {}),
      ...(request.kafka ? { kafka: restart('kafka') } : {}),
    },
    kafkaListeners: answer.kafkaListeners ?? {},
    stop: async () => {
      if (child.exitCode !== null) return;
      const exited = once(child, 'exit');
      child.stdin.end();
      await exited;
    },
  };
}
