import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { oneOf, wholeNumber } from './campaign.arguments.ts';
import { runProgram } from './campaign.program.ts';
import { runReturnPathCampaign } from './return-path/return-path.campaign.ts';
import { RETURN_PATH_MUTANTS } from './return-path/return-path.mutants.ts';
import { WEATHER_NAMES } from './return-path/return-path.weather.ts';
import { FAULT_POINTS } from '../../apps/webhooks/src/fault.points.ts';

const HELP = `npm run chaos -- return-path [--rounds 24] [--edits 60] [--records 50] [--seed N] [--fault NAME ...] [--mutant NAME] [--json]

People edit records of the CRM while its notifications are lost, doubled, reordered, delayed and withheld, its clock leaps, nobody is
there, and the webhook service is killed (SIGKILL) at each of its steps. After the sweeps the product has to hold what the CRM does, each
change once. Exit 1 when something is lost, doubled, out of order or wrong, or when a step was not passed; 2 for a wrong option.

faults   ${WEATHER_NAMES.join('\n         ')}
mutants  ${RETURN_PATH_MUTANTS.join(', ')}: services with a promise broken; the campaign has to find it, and exits 1
`;

const OPTIONS = {
  options: {
    rounds: { type: 'string', default: '24' },
    edits: { type: 'string', default: '60' },
    records: { type: 'string', default: '50' },
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
  const { mutant, fault: faults } = values;
  const numbers = (['rounds', 'edits', 'records', 'seed'] as const).map((name) => `--${name} ${values[name]}`);
  return {
    rounds: wholeNumber('--rounds', values.rounds),
    edits: wholeNumber('--edits', values.edits),
    records: wholeNumber('--records', values.records),
    seed: wholeNumber('--seed', values.seed),
    weather: faults?.map((name) => oneOf('--fault', { known: WEATHER_NAMES, name })),
    mutant: mutant === undefined ? undefined : oneOf('--mutant', { known: RETURN_PATH_MUTANTS, name: mutant }),
    json: values.json,
    help: values.help,
    again: [
      ...numbers,
      ...(mutant === undefined ? [] : [`--mutant ${mutant}`]),
      ...(faults ?? []).map((name) => `--fault '${name}'`),
    ].join(' '),
  };
}

await runProgram({
  name: 'return-path',
  help: HELP,
  words: { detail: 'kills', amount: 'edits', service: 'the webhook service' },
  readPlan,
  run: async ({ rounds, edits, records, seed, weather, mutant }, { servers, report, signal }) => {
    // The system is started in these servers.
    process.env['CAUSEWAY_POSTGRES_URL'] = servers.postgresUrl;
    process.env['CAUSEWAY_KAFKA_BROKERS'] = servers.kafkaBrokers.join(',');
    const result = await runReturnPathCampaign({
      rounds,
      edits,
      records,
      seed,
      mutant,
      signal,
      ...(weather === undefined ? {} : { weather }),
      onRound: (round) =>
        report.round({ ...round, detail: String(round.killed.length), amount: round.edits, alarms: [] }),
    });
    const missed = FAULT_POINTS.filter((point) => result.points[point] === undefined);
    // A campaign that is long enough to come to every step has to.
    const isWhole = mutant === undefined && rounds >= FAULT_POINTS.length;
    if (isWhole && missed.length > 0) process.stdout.write(`never killed at: ${missed.join(', ')}\n`);
    return {
      ...result,
      unplayed: result.unplayed + (isWhole ? missed.length : 0),
      amount: result.edits,
      alarms: 0,
      skipped: [],
    };
  },
});
