import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { oneOf, wholeNumber } from './campaign.arguments.ts';
import { runProgram } from './campaign.program.ts';
import { runLoopCampaign } from './loop/loop.campaign.ts';
import { LOOP_MUTANTS } from './loop/loop.mutants.ts';

const HELP = `npm run chaos -- loop [--rounds 100] [--edits 1000] [--records 500] [--seed N] [--mutant NAME] [--json]

A product and people edit the same records at random, contacts that both own and contracts of which each owns a part. After each round
both sides are equal by the rules of who owns what, and no record was written more often than it was edited, and once. Exit 1 when
something differs, was written too often or does not come to an end; 2 for a wrong option.

mutants  ${LOOP_MUTANTS.join(', ')}: what was sent is forgotten; the campaign has to find the loop, and exits 1
`;

const OPTIONS = {
  options: {
    rounds: { type: 'string', default: '100' },
    edits: { type: 'string', default: '1000' },
    records: { type: 'string', default: '500' },
    seed: { type: 'string', default: String(randomInt(1_000_000)) },
    mutant: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
} as const;

/** What the command line asks for. @throws Error that names the option */
function readPlan() {
  const { values } = parseArgs(OPTIONS);
  const mutant =
    values.mutant === undefined ? undefined : oneOf('--mutant', { known: LOOP_MUTANTS, name: values.mutant });
  const numbers = (['rounds', 'edits', 'records', 'seed'] as const).map((name) => [
    name,
    wholeNumber(`--${name}`, values[name]),
  ]);
  const again = [
    ...numbers.map(([name, value]) => `--${name} ${value}`),
    ...(mutant === undefined ? [] : [`--mutant ${mutant}`]),
  ];
  return {
    rounds: wholeNumber('--rounds', values.rounds),
    edits: wholeNumber('--edits', values.edits),
    records: wholeNumber('--records', values.records),
    seed: wholeNumber('--seed', values.seed),
    mutant,
    json: values.json,
    help: values.help,
    again: again.join(' '),
  };
}

await runProgram({
  name: 'loop',
  help: HELP,
  words: { detail: 'writes so far', amount: 'edits', service: 'a service' },
  readPlan,
  run: async ({ rounds, edits, records, seed, mutant }, { servers, report, signal }) => {
    const result = await runLoopCampaign({
      rounds,
      edits,
      records,
      seed,
      mutant,
      servers,
      signal,
      onRound: (round) =>
        report.round({
          ...round,
          fault: 'product and people edit the same records',
          detail: String(round.writes),
          amount: round.edits,
          alarms: [],
        }),
    });
    return { ...result, amount: result.edits, unplayed: 0, alarms: 0, faults: {}, skipped: [] };
  },
});
