import { randomUUID } from 'node:crypto';
import { Narrator } from './narrator.ts';
import { percentile } from '#observability';
import type { StoryContext } from './story.context.ts';
import {
  acknowledgedAt,
  changePhone,
  crmStatusOf,
  deliverAgain,
  leadOf,
  quiet,
  readingsOf,
  signUp,
  signUpAndRollBack,
} from './story.steps.ts';
import { timelineTable } from './timeline.table.ts';
import { until } from './until.ts';

const FRESHNESS_SAMPLES = 50;
/** What the issue of freshness promises with a CRM that answers at once, in milliseconds. */
const TO_CRM_MS = 500;
const TO_PRODUCT_MS = 1000;

/** Plays the guided story, checking each statement as it is made. */
export async function playStory(context: StoryContext, narrator: Narrator): Promise<void> {
  const ana = {
    id: `u-${randomUUID().slice(0, 8)}`,
    email: 'Ana.Ruiz@Example.test',
    name: 'Ana Ruiz Soler',
    phone: '+34 600 111 222',
  };
  const ghost = { id: `u-${randomUUID().slice(0, 8)}`, email: 'ghost@example.test', name: 'Gho St', phone: '' };

  narrator.chapter('1. A product that has never heard of a CRM signs somebody up.');
  const committedAt = await signUp(context, ana);
  await signUpAndRollBack(context, ghost);
  narrator.say(`  insert into users: ${ana.id} (committed), ${ghost.id} (rolled back)`);

  narrator.chapter('2. The Lead appears in the CRM.');
  const lead = await leadOf(context, ana.id);
  narrator.check(
    `there is a Lead with External_User_ID ${ana.id}`,
    lead['Last_Name'] === 'Ruiz Soler',
    `record ${lead.id}`,
  );
  narrator.check(
    'the e-mail is in lower case, the name is split',
    lead['Email'] === 'ana.ruiz@example.test' && lead['First_Name'] === 'Ana',
  );
  await quiet(context);
  const leads = await context.crm.records('Leads');
  narrator.check(
    'the rolled-back sign-up is not in the CRM',
    leads.every((found) => found['External_User_ID'] !== ghost.id),
  );

  narrator.chapter('3. The same event is delivered once more.');
  const writes = await context.crm.writes();
  await deliverAgain(context, ana.id);
  await quiet(context);
  const copies = (await context.crm.records('Leads')).filter((found) => found['External_User_ID'] === ana.id);
  narrator.check(
    'nothing was sent to the CRM, there is still one Lead',
    (await context.crm.writes()) === writes && copies.length === 1,
  );

  narrator.chapter('4. The product changes a phone number; the CRM notifies us of our own write.');
  await changePhone(context, { id: ana.id, phone: '+34 600 999 888' });
  await until('the new phone in the CRM', async () =>
    (await leadOf(context, ana.id))['Phone'] === '+34 600 999 888' ? true : null,
  );
  await quiet(context);
  const readings = await readingsOf(context, ana.id);
  narrator.check(
    'the notification was recognised as an echo',
    (readings['echo'] ?? 0) >= 1 && (readings['edit'] ?? 0) === 0,
  );
  narrator.check('nothing arrived in the product', (await crmStatusOf(context, ana.id)) === null);

  narrator.chapter('5. A salesperson sets the status of the Lead.');
  const editedAt = Date.now();
  await context.crm.edit({
    module: 'Leads',
    match: { External_User_ID: ana.id },
    fields: { Lead_Status: 'Contacted' },
    user: 'Sam Sales',
  });
  await until('the status in the product', async () => (await crmStatusOf(context, ana.id)) ?? undefined);
  const appliedAt = Date.now();
  narrator.check(
    "the product's own row says so",
    (await crmStatusOf(context, ana.id)) === 'Contacted',
    `users.crm_status of ${ana.id}`,
  );
  await quiet(context);

  narrator.chapter('6. The life of that record:');
  narrator.say(await timelineTable(context, { userId: ana.id, committedAt, editedAt, appliedAt }));

  narrator.chapter(`7. How fresh is it? ${FRESHNESS_SAMPLES} more sign-ups, one after another.`);
  const toCrm = await measureFreshness(context);
  const [p50, p99] = [percentile(toCrm, 0.5), percentile(toCrm, 0.99)];
  narrator.check(`commit -> CRM under ${TO_CRM_MS} ms`, p99 < TO_CRM_MS, `p50 ${p50} ms, p99 ${p99} ms`);
  const toProduct = appliedAt - editedAt;
  narrator.check(`CRM edit -> product row under ${TO_PRODUCT_MS} ms`, toProduct < TO_PRODUCT_MS, `${toProduct} ms`);
}

async function measureFreshness(context: StoryContext): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < FRESHNESS_SAMPLES; index += 1) {
    const id = `fresh-${randomUUID().slice(0, 8)}`;
    const committed = await signUp(context, {
      id,
      email: `${id}@example.test`,
      name: `Fresh ${index}`,
      phone: '555-0100',
    });
    times.push((await acknowledgedAt(context, id)) - committed);
  }
  return times;
}
