import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { wholeNumber } from './campaign.arguments.ts';
import { runProgram } from './campaign.program.ts';
import { runRedriveCampaign } from './redrive.campaign.ts';

const HELP = `npm run chaos -- redrive [--rounds 1] [--commands 10000] [--seed N] [--json]

So many parked commands are redriven by the command line, which is killed twice on the way, and the relay once. Exit 1 when a record or a
note is missing or there twice, when a record had its values in another order or does not have the last one; 2 for a wrong option.
`;

const OPTIONS = {
  options: {
    rounds: { type: 'string', default: '1' },
    commands: { type: 'string', default: '10000' },
    seed: { type: 'string', default: String(randomInt(1_000_000)) },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
} as const;

/** What the command line asks for. @throws Error that names the option */
function readPlan() {
  const { values } = parseArgs(OPTIONS);
  const { rounds, commands, seed, json, help } = values;
  return {
    rounds: wholeNumber('--rounds', rounds),
    commands: wholeNumber('--commands', commands),
    seed: wholeNumber('--seed', seed),
    mutant: undefined,
    json,
    help,
    again: `--rounds ${rounds} --commands ${commands} --seed ${seed}`,
  };
}

await runProgram({
  name: 'redrive',
  help: HELP,
  words: { detail: 'parked', amount: 'commands', service: 'a relay' },
  readPlan,
  run: ({ rounds, seed, commands }, { servers, report, signal }) =>
    runRedriveCampaign({ servers, rounds, seed, commands, signal, onRound: (round) => report.round(round) }),
});
