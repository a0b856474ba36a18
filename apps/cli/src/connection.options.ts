import { Option } from 'nest-commander';
import type { NewConnection } from '#connections';
import { WrongUse } from './exit.codes.ts';
import { AtOnceCommand, type OperatorOptions } from './operator.command.ts';
import { settingsOf } from './setting.ts';
import { watchOf } from './watch.ts';

export interface SettingsOptions extends OperatorOptions {
  readonly tenant?: string;
  readonly clientId?: string;
  readonly accountsUrl?: string;
  readonly apiDomain?: string[];
  readonly watch?: string[];
  readonly account?: string;
  readonly setting?: string[];
  readonly setUp?: boolean;
}

/** Base of the verbs that say what a connection is. */
export abstract class ConnectionSettingsCommand extends AtOnceCommand {
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

  @Option({
    flags: '--account <name>',
    description: "Which of the tenant's accounts at the CRM, where it has several (default: the only one)",
  })
  parseAccount(value: string): string {
    return value;
  }

  @Option({
    flags: '--setting <name=json...>',
    description: 'A setting that packs read, such as record_types=["contacts","messages"] (default: none)',
  })
  parseSetting(value: string, previous: string[] = []): string[] {
    return [...previous, value];
  }

  @Option({ flags: '--set-up', description: 'Create the fields in the CRM that the packs of CAUSEWAY_PACKS need' })
  parseSetUp(): boolean {
    return true;
  }
}

/** A connection as the arguments say it, without its secrets: they come another way. @throws WrongUse */
export function connectionOf(id: string, options: SettingsOptions) {
  const { tenant, clientId, accountsUrl = 'https://accounts.zoho.com', apiDomain: apiDomains = [] } = options;
  if (tenant === undefined || clientId === undefined) throw new WrongUse('a connection needs --tenant and --client-id');
  return {
    id,
    tenantId: tenant,
    destination: 'zoho-crm',
    account: options.account ?? '',
    settings: { ...settingsOf(options.setting ?? []), watch: watchOf(options.watch ?? []) },
    credentials: { accountsUrl, apiDomains, clientId },
  } satisfies Omit<NewConnection, 'credentials'> & { credentials: object };
}
