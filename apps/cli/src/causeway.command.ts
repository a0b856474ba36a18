import { CommandRunner } from 'nest-commander';
import { EXIT } from './exit.codes.ts';

type Command = Parameters<CommandRunner['setCommand']>[0];

/**
 * Base of every verb. Commander ends a sub-command that is used wrongly with exit 1, which means something else here; it
 * has printed what is wrong by then.
 */
export abstract class CausewayCommand extends CommandRunner {
  override setCommand(command: Command): this {
    command.exitOverride(({ code }) => {
      process.exit(code === 'commander.helpDisplayed' || code === 'commander.help' ? EXIT.done : EXIT.wrongUse);
    });
    // Commander passes over what nobody asked for: a verb that is misspelt would be a page of help and exit 0.
    command.hook('preAction', (_, chosen) => {
      if (chosen === command) requireExpected(command);
    });
    return super.setCommand(command);
  }
}

/** Ends the process with what is wrong when there are more words than the command takes. */
function requireExpected(command: Command): void {
  const { registeredArguments: wanted, args, commands } = command;
  const [first] = args.slice(wanted.length);
  if (first === undefined || wanted.at(-1)?.variadic === true) return;
  const names = commands.map((each) => each.name()).join(', ');
  if (names !== '') command.error(`error: unknown command '${first}' of causeway ${command.name()}: ${names}`);
  command.error(`error: '${first}' is too much: causeway ${pathOf(command)} --help says what it takes`);
}

function pathOf(command: Command): string {
  const { parent } = command;
  return parent?.parent ? `${pathOf(parent)} ${command.name()}` : command.name();
}
