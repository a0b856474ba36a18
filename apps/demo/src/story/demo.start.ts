import { untilSignal } from '#observability';
import { removeRunFile, startSystem, writeRunFile, type System } from '#system';
import { Narrator } from './narrator.ts';
import { playStory } from './play.story.ts';
import { openStory } from './story.context.ts';

const HELP = `npm run demo            plays the story, then stays up until Ctrl-C
npm run demo -- --once  plays it, checks every statement, exits 0 or 1
`;

/** The guided demo: the whole system on this machine and one sign-up that travels through it, there and back. */
export async function startDemo(args: readonly string[]): Promise<void> {
  const unknown = args.filter((arg) => !['--once', '--help'].includes(arg));
  if (args.includes('--help') || unknown.length > 0) {
    process.stdout.write(HELP);
    process.exitCode = unknown.length > 0 ? 2 : 0;
    return;
  }
  const stopped = untilSignal();
  const narrator = new Narrator();
  const started = performance.now();
  const system = await start(narrator);
  if (system === null) return;
  try {
    await writeRunFile(system.details);
    narrator.say(
      `everything runs after ${((performance.now() - started) / 1000).toFixed(1)} s (servers: ${system.provider})`,
    );
    const played = tell(system, narrator).then(() => true);
    const interrupted = stopped.then(() => false);
    const wasPlayed = await Promise.race([played, interrupted]);
    if (wasPlayed && !args.includes('--once')) {
      narrator.say(nextSteps(system));
      await stopped;
    }
    if (!wasPlayed) narrator.check('the story came to its end', false, 'interrupted');
    narrator.say('\nstopping');
    narrator.mute();
  } finally {
    await system.stop();
    await removeRunFile(system.details);
  }
  process.exitCode = narrator.failed === 0 ? 0 : 1;
}

/** Null when the system could not be started; what was started is gone again, and the reason has been told. */
async function start(narrator: Narrator): Promise<System | null> {
  try {
    const progress = (message: string): void => narrator.say(message);
    return await startSystem({
      packs: ['signup-lead'],
      watch: { Leads: ['Lead_Status', 'Phone'] },
      topicPrefix: { own: 'demo' },
      progress,
    });
  } catch (error) {
    narrator.check('everything starts', false, error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
    return null;
  }
}

async function tell(system: System, narrator: Narrator): Promise<void> {
  const context = openStory(system.details);
  try {
    await playStory(context, narrator);
  } catch (error) {
    narrator.check('the story came to its end', false, error instanceof Error ? error.message : String(error));
  } finally {
    await context.close();
  }
  narrator.say(`\n${narrator.held} statements held, ${narrator.failed} failed`);
}

function nextSteps({ details }: System): string {
  const portal = details.products['portal']?.url ?? '';
  return `
Everything stays up. Try:
  look into the CRM        ${details.simulator.url}/
  sign somebody up         psql "${portal}" -c "insert into users values ('me', 'me@example.test', 'Me Myself')"
  see what came back       psql "${portal}" -c "select id, full_name, crm_status from users order by id"
  check everything         npx causeway doctor
  wait until it is quiet   npx causeway settle
Kafka ${details.kafka.brokers.join(',')} · integration database ${details.integration.url} · logs ${details.logs}
Ctrl-C stops everything and leaves nothing behind.`;
}
