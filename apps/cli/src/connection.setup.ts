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

/** Creates what is missing, and says what still differs: that is for a person to put right in the CRM. */
export async function setUpConnection(id: string, { db, config }: SetUpParts): Promise<void> {
  const box = createSecretBox({ key: config.secretKey, otherKeys: config.otherSecretKeys });
  const locks = createDatabase<IntegrationDatabase>(
    createPool({ url: config.integrationUrl, max: 1, applicationName: 'causeway-cli' }),
  );
  const logger = createLogger({ service: 'cli', level: 'silent' });
  const clients = new ClientRegistry({ db, locks, box, callTimeoutMs: config.callTimeout, logger });
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
      process.stdout.write(
        wrong.length === 0
          ? `the CRM has what ${mapping.name} needs\n`
          : `the CRM lacks for ${mapping.name}: ${wrong.join(', ')}\n`,
      );
      if (wrong.length > 0) process.exitCode = EXIT.problems;
    }
  } finally {
    await clients.close();
    await locks.destroy();
  }
}
