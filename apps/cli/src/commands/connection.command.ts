import { Command, Option, SubCommand } from 'nest-commander';
import { ClientRegistry, applySetUp, putConnection } from '#connections';
import { connectionOptions, crmOptions, integrationOptions, loadConfig, type Config } from '#config';
import { createLogger } from '#observability';
import { loadPack } from '#packs';
import { createDatabase, createPool, type IntegrationDatabase } from '#postgres';
import { createSecretBox } from '#zoho';
import { ConnectionListCommand, ConnectionStatusCommand } from './connection-status.command.ts';
import { ConnectionRotateKeyCommand } from './rotate-key.command.ts';
import { CausewayCommand } from '../causeway.command.ts';
import { EXIT, WrongUse } from '../exit.codes.ts';
import { watchOf } from '../watch.ts';

const DESTINATION = 'zoho-crm';
const { secretKey, otherSecretKeys, callTimeout } = crmOptions;
const OPTIONS = { ...integrationOptions, secretKey, otherSecretKeys, callTimeout, ...connectionOptions };

interface PutOptions {
  readonly tenant?: string;
  readonly clientId?: string;
  readonly accountsUrl?: string;
  readonly apiDomain?: string[];
  readonly watch?: string[];
  readonly setUp?: boolean;
}

@SubCommand({
  name: 'put',
  arguments: '<id>',
  description:
    'Adds a connection to a CRM, or gives one new credentials and settings; it is active then. The client secret and the refresh ' +
    'token come from CAUSEWAY_CLIENT_SECRET and CAUSEWAY_REFRESH_TOKEN. ' +
    'Example: causeway connection put zoho-portal --tenant portal --client-id 1000.ABC --watch Leads.Lead_Status --set-up',
})
export class ConnectionPutCommand extends CausewayCommand {
  async run([id = '']: string[], options: PutOptions): Promise<void> {
    const { tenant, clientId, accountsUrl = 'https://accounts.zoho.com', apiDomain: apiDomains = [] } = options;
    if (tenant === undefined || clientId === undefined)
      throw new WrongUse('a connection needs --tenant and --client-id');
    const config = loadConfig(OPTIONS);
    const { clientSecret, refreshToken } = config;
    const credentials = { accountsUrl, apiDomains, clientId, clientSecret, refreshToken };
    const settings = { watch: watchOf(options.watch ?? []) };
    const db = createDatabase<IntegrationDatabase>(
      createPool({ url: config.integrationUrl, max: 2, applicationName: 'causeway-cli' }),
    );
    try {
      const box = createSecretBox({ key: config.secretKey, otherKeys: config.otherSecretKeys });
      await putConnection(db, box, { id, tenantId: tenant, destination: DESTINATION, settings, credentials });
      process.stdout.write(`connection ${id} is active\n`);
      if (options.setUp === true) await setUp(id, { db, config });
    } finally {
      await db.destroy();
    }
  }

  @Option({ flags: '--tenant <id>', description: 'Tenant whose events it serves; a product of one tenant: its name' })
  parseTenant(value: string): string {
    return value;
  }

  @Option({ flags: '--client-id <id>', description: 'OAuth client id' })
  parseClientId(value: string): string {
    return value;
  }

  @Option({
    flags: '--accounts-url <url>',
    description: 'Accounts server of the data centre (default: https://accounts.zoho.com)',
  })
  parseAccountsUrl(value: string): string {
    return value;
  }

  @Option({ flags: '--api-domain <urls...>', description: 'API addresses that tokens may also go to: a simulator' })
  parseApiDomain(value: string, previous: string[] = []): string[] {
    return [...previous, value];
  }

  @Option({ flags: '--watch <fields...>', description: 'Module.Field whose edits come back (default: none)' })
  parseWatch(value: string, previous: string[] = []): string[] {
    return [...previous, value];
  }

  @Option({ flags: '--set-up', description: 'Create the fields in the CRM that the packs of CAUSEWAY_PACKS need' })
  parseSetUp(): boolean {
    return true;
  }
}

@Command({
  name: 'connection',
  description: 'Credentials and settings of a tenant for a CRM. Example: causeway connection put --help',
  subCommands: [ConnectionPutCommand, ConnectionListCommand, ConnectionStatusCommand, ConnectionRotateKeyCommand],
})
export class ConnectionCommand extends CausewayCommand {
  run(): Promise<void> {
    this.command.help();
  }
}

interface SetUpParts {
  readonly db: ReturnType<typeof createDatabase<IntegrationDatabase>>;
  readonly config: Config<typeof OPTIONS>;
}

/** Creates what is missing, and says what still differs: that is for a person to put right in the CRM. */
async function setUp(id: string, { db, config }: SetUpParts): Promise<void> {
  const box = createSecretBox({ key: config.secretKey, otherKeys: config.otherSecretKeys });
  const locks = createDatabase<IntegrationDatabase>(
    createPool({ url: config.integrationUrl, max: 1, applicationName: 'causeway-cli' }),
  );
  const logger = createLogger({ service: 'cli', level: 'silent' });
  const clients = new ClientRegistry({ db, locks, box, callTimeoutMs: config.callTimeout, logger });
  try {
    const packs = await Promise.all(config.packs.map((name) => loadPack(name)));
    for (const { mapping } of packs.filter((pack) => pack.mapping.destination === DESTINATION)) {
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
