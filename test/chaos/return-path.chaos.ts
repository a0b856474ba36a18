import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { runReturnPathCampaign } from './return-path.campaign.ts';

const HELP = `npm run chaos -- return-path [--rounds 20] [--edits 100] [--records 50] [--seed N] [--json]

People edit records of the CRM while its notifications are lost, doubled, reordered, delayed and withheld, its clock leaps a day (its
channels expire), and the webhook service is killed (SIGKILL). After the sweeps the product has to hold what the CRM does, each
change once. Exit 1 when something is missing, doubled or wrong; 2 for a wrong option.
`;

function readPlan() {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '20' },
      edits: { type: 'string', default: '100' },
      records: { type: 'string', default: '50' },
      seed: { type: 'string', default: String(randomInt(1_000_000)) },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const wholeNumber = (name: 'rounds' | 'edits' | 'records' | 'seed'): number => {
    const value = Number(values[name]);
    if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${name} wants a whole number above 0`);
    return value;
  };
  const [rounds, edits, records] = [wholeNumber('rounds'), wholeNumber('edits'), wholeNumber('records')];
  return { rounds, edits, records, seed: wholeNumber('seed'), json: values.json, help: values.help };
}

let plan: ReturnType<typeof readPlan> | undefined;
try {
  plan = readPlan();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
if (plan?.help === true) process.stdout.write(HELP);
else if (plan !== undefined) {
  const { json, seed, rounds } = plan;
  const found = await runReturnPathCampaign({ ...plan, say: (line) => process.stderr.write(`${line}\n`) });
  const { edits, kills, missing, doubled, wrong } = found;
  process.stdout.write(
    `return-path: ${rounds} rounds, ${edits} edits, ${kills} kills, --seed ${seed}: ${missing.length} missing, ${doubled.length} doubled, ${wrong.length} wrong\n`,
  );
  for (const line of doubled) process.stdout.write(`  doubled: ${line}\n`);
  if (json) process.stdout.write(`${JSON.stringify({ ...found, rounds, seed })}\n`);
  process.exitCode = missing.length + doubled.length + wrong.length === 0 ? 0 : 1;
}
