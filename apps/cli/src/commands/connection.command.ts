import { Command, SubCommand } from 'nest-commander';
import { putConnection } from '#connections';
import { connectionOptions, crmOptions, integrationOptions, loadConfig } from '#config';
import { putAudit } from '#ledger';
import { requireSettings } from '#operations';
import { createDatabase, createPool, transaction, type IntegrationDatabase } from '#postgres';
import { createSecretBox } from '#zoho';
import { CausewayCommand } from '../causeway.command.ts';
import { ConnectionSettingsCommand, connectionOf, type SettingsOptions } from '../connection.options.ts';
import { setUpConnection, setUpLines } from '../connection.setup.ts';
import { mappingsOf } from '../loaded.mappings.ts';
import { operatorOf } from '../operator.command.ts';
import { say } from '../source.command.ts';
import { ConnectionAddCommand } from './connection-add.command.ts';
import { ConnectionRemoveCommand } from './connection-remove.command.ts';
import { ConnectionListCommand, ConnectionStatusCommand } from './connection-status.command.ts';
import { ConnectionTestCommand } from './connection-test.command.ts';
import { ConnectionQuietHoursCommand } from './quiet-hours.command.ts';
import { ConnectionRotateKeyCommand } from './rotate-key.command.ts';

const { secretKey, otherSecretKeys, callTimeout } = crmOptions;
const OPTIONS = { ...integrationOptions, secretKey, otherSecretKeys, callTimeout, ...connectionOptions };

@SubCommand({
  name: 'put',
  arguments: '<id>',
  description:
    'Adds a connection to a CRM, or gives one new credentials and settings; it is active then. The client secret and the refresh ' +
    'token come from CAUSEWAY_CLIENT_SECRET and CAUSEWAY_REFRESH_TOKEN. ' +
    'Example: causeway connection put zoho-portal --tenant portal --client-id 1000.ABC --watch Leads.Lead_Status --set-up',
})
export class ConnectionPutCommand extends ConnectionSettingsCommand {
  async run([id = '']: string[], options: SettingsOptions): Promise<void> {
    const given = connectionOf(id, options);
    const config = loadConfig(OPTIONS);
    requireSettings(given, await mappingsOf(config.packs));
    const { clientSecret, refreshToken } = config;
    const connection = { ...given, credentials: { ...given.credentials, clientSecret, refreshToken } };
    const operator = operatorOf({ reason: 'credentials and settings given', ...options });
    const db = createDatabase<IntegrationDatabase>(
      createPool({ url: config.integrationUrl, max: 2, applicationName: 'causeway-cli' }),
    );
    try {
      const box = createSecretBox({ key: config.secretKey, otherKeys: config.otherSecretKeys });
      await transaction(db, async (trx) => {
        await putConnection(trx, box, connection);
        await putAudit(trx, [{ ...operator, verb: 'connection put', connectionId: id }]);
      });
      const setUp = options.setUp === true ? await setUpConnection(id, { db, config }) : [];
      const lines = [`connection ${id} is active`, ...setUpLines(setUp)];
      say({ done: true, id, tenantId: connection.tenantId, setUp }, { json: options.json, lines });
    } finally {
      await db.destroy();
    }
  }
}

@Command({
  name: 'connections',
  aliases: ['connection'],
  description: 'Credentials and settings of a tenant for a CRM. Example: causeway connections list',
  subCommands: [
    ConnectionAddCommand,
    ConnectionTestCommand,
    ConnectionRemoveCommand,
    ConnectionPutCommand,
    ConnectionListCommand,
    ConnectionStatusCommand,
    ConnectionQuietHoursCommand,
    ConnectionRotateKeyCommand,
  ],
})
export class ConnectionCommand extends CausewayCommand {
  run(): Promise<void> {
    this.command.help();
  }
}
