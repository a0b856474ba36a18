import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { PRODUCER_CLIENTS } from '#kafka';
import { oneOf, wholeNumber } from './campaign.arguments.ts';
import { runProgram } from './campaign.program.ts';
import { runPublisherCampaign } from './publisher.campaign.ts';
import { FAULTS_OF_MUTANT, FAULT_NAMES } from './publisher.faults.ts';
import { MUTANTS } from './publisher.mutants.ts';

const HELP = `npm run chaos -- publisher [--rounds 200] [--seed N] [--producer platformatic|kafkajs|both] [--fault NAME ...] [--mutant NAME] [--json]

Faults against the publisher while rows are written. Exit 1 when a row was lost, doubled, out of order or wrong, when a publisher
called for a person, or when a fault could not be played; 2 for a wrong option.

faults   ${FAULT_NAMES.join('\n         ')}
mutants  ${MUTANTS.join(', ')}: publishers with a promise broken; the campaign has to find it, and exits 1
`;

const OPTIONS = {
  options: {
    rounds: { type: 'string' },
    seed: { type: 'string', default: String(randomInt(1_000_000)) },
    producer: { type: 'string', default: 'both' },
    fault: { type: 'string', multiple: true },
    mutant: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
} as const;

/** What the command line asks for. @throws Error that names the option */
function readPlan() {
  const { values } = parseArgs(OPTIONS);
  const mutant = values.mutant === undefined ? undefined : oneOf('--mutant', { known: MUTANTS, name: values.mutant });
  const named = values.fault?.map((name) => oneOf('--fault', { known: FAULT_NAMES, name }));
  const producers = [...PRODUCER_CLIENTS, 'both'] as const;
  const producer = oneOf('--producer', { known: producers, name: values.producer });
  return {
    rounds: wholeNumber('--rounds', values.rounds ?? (mutant === undefined ? '200' : '2')),
    seed: wholeNumber('--seed', values.seed),
    producers: producer === 'both' ? PRODUCER_CLIENTS : [producer],
    faults: named ?? (mutant === undefined ? FAULT_NAMES : FAULTS_OF_MUTANT[mutant]),
    mutant,
    json: values.json,
    help: values.help,
    again: repeatArguments(values),
  };
}

/** What a seed decides is the same again; what the machine's clock decides is not. */
function repeatArguments(values: ReturnType<typeof parseArgs<typeof OPTIONS>>['values']): string {
  const named = (['seed', 'rounds', 'producer', 'mutant'] as const).map((name) => [name, values[name]] as const);
  const faults = (values.fault ?? []).map((name) => `--fault '${name}'`);
  return [...named.flatMap(([name, value]) => (value === undefined ? [] : [`--${name} ${value}`])), ...faults].join(
    ' ',
  );
}

await runProgram({
  name: 'publisher',
  help: HELP,
  words: { detail: 'producer', amount: 'rows', service: 'a publisher' },
  readPlan,
  run: async ({ json: _json, again: _again, help: _help, ...options }, { servers, report, signal }) => {
    const result = await runPublisherCampaign({
      ...options,
      servers,
      // A mutant owes its rows for ever.
      ...(options.mutant === undefined ? {} : { patienceMs: 15_000 }),
      onRound: (round) => report.round({ ...round, detail: round.producer, amount: round.rows }),
      signal,
    });
    return { ...result, amount: result.rows };
  },
});
