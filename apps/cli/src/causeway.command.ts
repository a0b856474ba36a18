import { CommandRunner } from 'nest-commander';
import { EXIT } from './exit.codes.ts';

/**
 * Base of every verb. Commander ends a sub-command that is used wrongly with exit 1, which means something else here; it
 * has printed what is wrong by then.
 */
export abstract class CausewayCommand extends CommandRunner {
  override setCommand(command: Parameters<CommandRunner['setCommand']>[0]): this {
    command.exitOverride(({ code }) => {
      process.exit(code === 'commander.helpDisplayed' || code === 'commander.help' ? EXIT.done : EXIT.wrongUse);
    });
    return super.setCommand(command);
  }
}
