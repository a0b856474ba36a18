import { Option, SubCommand } from 'nest-commander';
import { crmOptions, integrationOptions, loadConfig } from '#config';
import { addConnection } from '#operations';
import { createDatabase, createPool, type IntegrationDatabase } from '#postgres';
import { createSecretBox } from '#zoho';
import { ConnectionSettingsCommand, connectionOf, type SettingsOptions } from '../connection.options.ts';
import { setUpConnection, setUpLines } from '../connection.setup.ts';
import { EXIT } from '../exit.codes.ts';
import { mappingsOf } from '../loaded.mappings.ts';
import { operatorOf } from '../operator.command.ts';
import { readSecrets } from '../secret.input.ts';
import { say } from '../source.command.ts';

const { secretKey, otherSecretKeys, callTimeout } = crmOptions;
const { integrationUrl, packs } = integrationOptions;
const OPTIONS = { integrationUrl, packs, secretKey, otherSecretKeys, callTimeout };

interface AddOptions extends SettingsOptions {
  readonly secrets?: string;
}

@SubCommand({
  name: 'add',
  arguments: '<id>',
  description:
    'Adds a connection to a CRM. Its client secret and refresh token come from the file of --secrets, from CAUSEWAY_CLIENT_SECRET and CAUSEWAY_REFRESH_TOKEN, or are asked for. Exit 1 when there is one with this id. Example: causeway connections add zoho-portal --tenant portal --client-id 1000.ABC --secrets /run/secrets/zoho.json --reason "new tenant"',
})
export class ConnectionAddCommand extends ConnectionSettingsCommand {
  async run([id = '']: string[], options: AddOptions): Promise<void> {
    const given = connectionOf(id, options);
    const operator = operatorOf(options);
    const config = loadConfig(OPTIONS);
    const mappings = await mappingsOf(config.packs);
    const connection = { ...given, credentials: { ...given.credentials, ...(await readSecrets(options.secrets)) } };
    const db = createDatabase<IntegrationDatabase>(
      createPool({ url: config.integrationUrl, max: 2, applicationName: 'causeway-cli' }),
    );
    try {
      const box = createSecretBox({ key: config.secretKey, otherKeys: config.otherSecretKeys });
      const done = await addConnection({ db, box, mappings }, connection, operator);
      process.exitCode = done ? EXIT.done : EXIT.problems;
      const setUp = done && options.setUp === true ? await setUpConnection(id, { db, config }) : [];
      const next = `${id} is active; try it with: causeway connections test ${id}`;
      const line = done ? next : `there is a connection ${id}; causeway connections put gives it new credentials`;
      const lines = [line, ...setUpLines(setUp)];
      say({ done, id, tenantId: connection.tenantId, setUp }, { json: options.json, lines });
    } finally {
      await db.destroy();
    }
  }

  @Option({ flags: '--secrets <file>', description: 'File with {"client_secret": "...", "refresh_token": "..."}' })
  parseSecrets(value: string): string {
    return value;
  }
}
