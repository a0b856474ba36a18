import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { oneOf, wholeNumber } from './campaign.arguments.ts';
import { runProgram } from './campaign.program.ts';
import { runRelayCampaign } from './relay.campaign.ts';
import { FAULTS_OF_RELAY_MUTANT, RELAY_FAULT_NAMES } from './relay.faults.ts';
import { RELAY_MUTANTS } from './relay.mutants.ts';

const HELP = `npm run chaos -- relay [--rounds 200] [--seed N] [--fault NAME ...] [--mutant NAME] [--json]

Faults against mapper and dispatcher while users of a product live their lives. Exit 1 when the CRM is not what the fold says, when
something is there twice or was written out of order, when a relay crashed or parked a command, or when a fault could not be played; 2
for a wrong option.

faults   ${RELAY_FAULT_NAMES.join('\n         ')}
mutants  ${RELAY_MUTANTS.join(', ')}: relays with a promise broken; the campaign has to find it, and exits 1
`;

const OPTIONS = {
  options: {
    rounds: { type: 'string' },
    seed: { type: 'string', default: String(randomInt(1_000_000)) },
    fault: { type: 'string', multiple: true },
    mutant: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
} as const;

/** What the command line asks for. @throws Error that names the option */
function readPlan() {
  const { values } = parseArgs(OPTIONS);
  const mutant =
    values.mutant === undefined ? undefined : oneOf('--mutant', { known: RELAY_MUTANTS, name: values.mutant });
  const named = values.fault?.map((name) => oneOf('--fault', { known: RELAY_FAULT_NAMES, name }));
  const again = (['seed', 'rounds', 'mutant'] as const).flatMap((name) =>
    values[name] === undefined ? [] : [`--${name} ${values[name]}`],
  );
  return {
    rounds: wholeNumber('--rounds', values.rounds ?? (mutant === undefined ? '200' : '3')),
    seed: wholeNumber('--seed', values.seed),
    faults: named ?? (mutant === undefined ? RELAY_FAULT_NAMES : FAULTS_OF_RELAY_MUTANT[mutant]),
    mutant,
    json: values.json,
    help: values.help,
    again: [...again, ...(values.fault ?? []).map((name) => `--fault '${name}'`)].join(' '),
  };
}

await runProgram({
  name: 'relay',
  help: HELP,
  words: { detail: 'writes', amount: 'events', service: 'a relay' },
  readPlan,
  run: async ({ json: _json, again: _again, help: _help, ...options }, { servers, report, signal }) => {
    const result = await runRelayCampaign({
      ...options,
      servers,
      onRound: (round) => report.round({ ...round, detail: String(round.writes), amount: round.events }),
      signal,
    });
    return { ...result, amount: result.events };
  },
});
