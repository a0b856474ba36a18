import { ClientRegistry, applySetUp } from '#connections';
import { createLogger } from '#observability';
import { loadPack } from '#packs';
import { createDatabase, createPool, type IntegrationDatabase } from '#postgres';
import { createSecretBox } from '#zoho';
import { EXIT } from './exit.codes.ts';

interface SetUpConfig {
  readonly integrationUrl: string;
  readonly secretKey: string;
  readonly otherSecretKeys: readonly string[];
  readonly callTimeout: number;
  readonly packs: readonly string[];
}

export interface SetUpParts {
  readonly db: ReturnType<typeof createDatabase<IntegrationDatabase>>;
  readonly config: SetUpConfig;
}

/** What a pack needs in the CRM, and is not there. */
interface SetUpLack {
  readonly pack: string;
  readonly lacks: readonly string[];
}

/** Creates what is missing, and says what still differs: that is for a person to put right in the CRM. */
export async function setUpConnection(id: string, { db, config }: SetUpParts): Promise<SetUpLack[]> {
  const box = createSecretBox({ key: config.secretKey, otherKeys: config.otherSecretKeys });
  const locks = createDatabase<IntegrationDatabase>(
    createPool({ url: config.integrationUrl, max: 1, applicationName: 'causeway-cli' }),
  );
  const logger = createLogger({ service: 'cli', level: 'silent' });
  const clients = new ClientRegistry({ db, locks, box, callTimeoutMs: config.callTimeout, logger });
  const done: SetUpLack[] = [];
  try {
    const packs = await Promise.all(config.packs.map((name) => loadPack(name)));
    for (const { mapping } of packs.filter((pack) => pack.mapping.destination === 'zoho-crm')) {
      const result = await applySetUp(await clients.clientOf(id), mapping);
      const wrong =
        result.kind === 'ok'
          ? result.differences
              .filter(({ stops }) => stops)
              .map(({ module, apiName, difference }) => `${module}.${apiName}: ${difference}`)
          : [result.reason];
      done.push({ pack: mapping.name, lacks: wrong });
      if (wrong.length > 0) process.exitCode = EXIT.problems;
    }
  } finally {
    await clients.close();
    await locks.destroy();
  }
  return done;
}

/** For people. */
export function setUpLines(done: readonly SetUpLack[]): string[] {
  return done.map(({ pack, lacks }) =>
    lacks.length === 0 ? `the CRM has what ${pack} needs` : `the CRM lacks for ${pack}: ${lacks.join(', ')}`,
  );
}
