// Draws what verbs print, as pictures for the pages of docs/: plays a short story on a system of its own, runs each verb of the table
// below and writes docs/pictures/<name>.svg.
//   npm run pictures -- [name ...]
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { writeRunFile } from '#system';
import { causewayProcess } from '../cli.process.ts';
import { SystemFixture } from '../system.fixture.ts';
import { until } from '../until.ts';
import { pictureOf } from './terminal.picture.ts';
import { steadyText } from './terminal.steady.ts';

interface Picture {
  readonly name: string;
  /** What a person types after `npx causeway`. */
  readonly args: readonly string[];
  /** The verb is told its system by a file (`--system`), not by settings. */
  readonly byFile?: true;
}

/** A row for each picture; add one for another verb. */
const PICTURES: readonly Picture[] = [
  { name: 'status', args: ['status'], byFile: true },
  { name: 'plan', args: ['plan', 'mapping', 'signup-lead'] },
  { name: 'timeline', args: ['timeline', 'portal', 'ana'] },
  { name: 'explain', args: ['explain', 'portal', 'ana', 'Phone'] },
];

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !PICTURES.some((picture) => picture.name === name));
if (unknown.length > 0) {
  process.stderr.write(
    `there is no picture ${unknown.join(', ')}; there is: ${PICTURES.map(({ name }) => name).join(', ')}\n`,
  );
  process.exit(2);
}

const target = join('docs', 'pictures');
const folder = await mkdtemp(join(tmpdir(), 'causeway-pictures-'));
const fixture = await SystemFixture.start();
try {
  const { details } = fixture.system;
  const file = join(folder, 'system.json');
  await writeRunFile(details, file);
  await playStory(fixture);
  await mkdir(target, { recursive: true });
  for (const { name, args, byFile } of PICTURES.filter(
    (picture) => asked.length === 0 || asked.includes(picture.name),
  )) {
    const env = {
      CAUSEWAY_INTEGRATION_URL: details.integration.url,
      CAUSEWAY_SECRET_KEY: details.secretKey,
      CAUSEWAY_PACKS: details.packs.join(','),
      CAUSEWAY_TOPIC_PREFIX: details.topicPrefix,
      CAUSEWAY_KAFKA_BROKERS: details.kafka.brokers.join(','),
    };
    const { stdout, stderr } = byFile
      ? await causewayProcess([...args, '--system', file])
      : await causewayProcess(args, env);
    if (stdout === '') throw new Error(`causeway ${args.join(' ')} printed nothing: ${stderr}`);
    const path = join(target, `${name}.svg`);
    await writeFile(path, pictureOf({ command: `npx causeway ${args.join(' ')}`, text: steadyText(stdout) }));
    process.stdout.write(`${path}\n`);
  }
} finally {
  await fixture.stop();
  await rm(folder, { recursive: true, force: true });
}

/**
 * Ana signs up and changes her phone number; Sam works on her Lead in the CRM, and the product hears of it. Then he types another phone
 * number over hers, of which nobody is told: what a plan finds.
 */
async function playStory(story: SystemFixture): Promise<void> {
  const { product, simulator } = story;
  const settled = (): Promise<void> => story.quiet(60_000);
  await sql`insert into public.users (id, email, full_name, phone)
            values ('ana', 'ana@example.test', 'Ana Ruiz', '555-0100')`.execute(product);
  await settled();
  await sql`update public.users set phone = '555-0199' where id = 'ana'`.execute(product);
  await settled();
  const match = { External_User_ID: 'ana' };
  await simulator.act('edit', { module: 'Leads', match, fields: { Lead_Status: 'Contacted' }, user: 'Sam Sales' });
  await until('the edit in the product', async () => {
    const { rows } = await sql<{ status: string | null }>`
      select crm_status as status from public.users where id = 'ana'`.execute(product);
    return rows[0]?.status === 'Contacted' ? true : null;
  });
  await settled();
  await simulator.act('edit', { module: 'Leads', match, fields: { Phone: '555-0000' }, user: 'Sam Sales' });
  await settled();
}
