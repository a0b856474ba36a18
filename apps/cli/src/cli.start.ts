import { CommandFactory } from 'nest-commander';
import { isCausewayError } from '#contracts';
import { CliModule } from './cli.module.ts';
import { CannotReach, EXIT, WrongUse } from './exit.codes.ts';

/** Runs the `causeway` command. Exit codes: 0 done, 1 found problems, 2 wrong use, 3 cannot reach. */
export async function runCli(): Promise<void> {
  // Commander takes its own name, as help shows it, from the path of the program.
  process.argv[1] = 'causeway';
  try {
    await CommandFactory.run(CliModule, {
      logger: false,
      usePlugins: false,
      errorHandler: (error) => {
        // Commander has printed help or what is wrong with the arguments by itself.
        const asked = 'code' in error && (error.code === 'commander.helpDisplayed' || error.code === 'commander.help');
        process.exit(asked ? EXIT.done : EXIT.wrongUse);
      },
      serviceErrorHandler: (error) => {
        process.stderr.write(`${error.message}\n`);
        process.exit(exitCodeOf(error));
      },
    });
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = exitCodeOf(error);
  }
}

/** What Node says of a server that does not answer. */
const NO_ANSWER = new Set(['ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'ETIMEDOUT']);

function exitCodeOf(error: unknown): number {
  if (error instanceof CannotReach) return EXIT.cannotReach;
  if (error instanceof Error && 'code' in error && NO_ANSWER.has(String(error.code))) return EXIT.cannotReach;
  if (error instanceof WrongUse) return EXIT.wrongUse;
  if (isCausewayError(error, 'POSTGRES_UNREACHABLE') || isCausewayError(error, 'KAFKA_UNREACHABLE'))
    return EXIT.cannotReach;
  if (
    isCausewayError(error, 'CONFIG_INVALID') ||
    isCausewayError(error, 'PACK_UNKNOWN') ||
    isCausewayError(error, 'CONNECTION_MISSING') ||
    isCausewayError(error, 'OUTBOX_NOT_RESENDABLE') ||
    isCausewayError(error, 'CONNECTION_SETTINGS_REFUSED')
  )
    return EXIT.wrongUse;
  return EXIT.problems;
}
