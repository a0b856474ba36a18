import { CommandFactory } from 'nest-commander';
import { CliModule } from './cli.module.ts';
import { EXIT } from './exit.codes.ts';
import { exitCodeOf, explained, hintFor } from './exit.explanation.ts';

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
      serviceErrorHandler: end,
    });
  } catch (error) {
    process.exitCode = await tell(error);
  }
}

async function end(error: unknown): Promise<never> {
  process.exit(await tell(error));
}

/** Says what is wrong, and gives the exit code. */
async function tell(error: unknown): Promise<number> {
  const known = explained(error);
  const hint = await hintFor(known);
  const text = known instanceof Error ? known.message : String(known);
  process.stderr.write(`${[text, ...(hint === undefined ? [] : [hint])].join('\n')}\n`);
  return exitCodeOf(known);
}
