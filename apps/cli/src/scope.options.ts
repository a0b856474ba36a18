import { Option } from 'nest-commander';
import { operationSchema } from '#contracts';
import type { HoldScope } from '#ledger';
import { WrongUse } from './exit.codes.ts';
import { AtOnceCommand, type OperatorOptions } from './operator.command.ts';

export interface ScopeOptions extends OperatorOptions {
  readonly connection?: string;
  readonly pack?: string;
  readonly operation?: string;
  readonly module?: string;
  readonly record?: string;
}

/** Base of verbs that name commands by what they have in common. */
export abstract class ScopeCommand extends AtOnceCommand {
  @Option({ flags: '--connection <id>', description: 'A connection; alone: as a whole, with every call of the relay' })
  parseConnection(value: string): string {
    return value;
  }

  @Option({ flags: '--pack <name>', description: 'Commands of a pack' })
  parsePack(value: string): string {
    return value;
  }

  @Option({ flags: '--operation <name>', description: 'Commands of a type: write, delete, note, task or convert' })
  parseOperation(value: string): string {
    if (!operationSchema.safeParse(value).success)
      throw new WrongUse(`--operation wants one of ${operationSchema.options.join(', ')}`);
    return value;
  }

  @Option({ flags: '--module <name>', description: 'Commands of a module, such as Leads' })
  parseModule(value: string): string {
    return value;
  }

  @Option({ flags: '--record <key>', description: 'Commands of a record: <module>/<identity>, such as Leads/42' })
  parseRecord(value: string): string {
    return value;
  }
}

export function scopeOf({ connection, pack, operation, module, record }: ScopeOptions): HoldScope {
  return {
    connectionId: connection ?? null,
    pack: pack ?? null,
    operation: operation ?? null,
    module: module ?? null,
    recordKey: record ?? null,
  };
}
