import { Option, SubCommand } from 'nest-commander';
import { optionTypes } from '#config';
import { rotateSecretKey, type KeyRotation } from '#operations';
import { CausewayCommand } from '../causeway.command.ts';
import { crmTarget } from '../crm.target.ts';
import { EXIT, WrongUse } from '../exit.codes.ts';
import { say } from '../source.command.ts';

interface RotateOptions {
  readonly batch?: number;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

@SubCommand({
  name: 'rotate-key',
  description:
    'Seals every stored secret anew under CAUSEWAY_SECRET_KEY; the keys in use so far come from CAUSEWAY_OTHER_SECRET_KEYS. May be ' +
    'stopped and run again. Exit 1 when a secret cannot be opened. Example: causeway connection rotate-key --dry-run',
})
export class ConnectionRotateKeyCommand extends CausewayCommand {
  async run(_args: string[], options: RotateOptions): Promise<void> {
    const { batch, dryRun = false, json } = options;
    const result = await rotateSecretKey(await crmTarget(), { dryRun, ...(batch === undefined ? {} : { batch }) });
    say({ ...result, dryRun }, { json, lines: linesOf(result, dryRun) });
    if (result.places.some(({ unreadable }) => unreadable.length > 0)) process.exitCode = EXIT.problems;
  }

  @Option({ flags: '--batch <rows>', description: 'Rows of one transaction (default 100)' })
  parseBatch(value: string): number {
    try {
      return optionTypes.integer(1, 10_000).parse(value);
    } catch (error) {
      throw new WrongUse(`--batch wants a whole number from 1 to 10000, not ${value}`, { cause: error });
    }
  }

  @Option({ flags: '--dry-run', description: 'Only count what would be sealed anew' })
  parseDryRun(): boolean {
    return true;
  }

  @Option({ flags: '--json', description: 'Print {keyId, places: [{place, rows, unreadable}], dryRun}' })
  parseJson(): boolean {
    return true;
  }
}

function linesOf({ keyId, places }: KeyRotation, dryRun: boolean): string[] {
  const verb = dryRun ? 'to be sealed' : 'sealed';
  return [
    ...places.map(({ place, rows }) => `${place.padEnd(12)}${rows} rows ${verb} under the key ${keyId}`),
    ...places.flatMap(({ place, unreadable }) =>
      unreadable.map(({ row, keyIds }) => `${place} ${row} cannot be opened: it needs the key ${keyIds.join(', ')}`),
    ),
  ];
}
