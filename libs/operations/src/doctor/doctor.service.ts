import { errorFields } from '#observability';
import type { DoctorTarget } from './doctor.target.ts';
import { ok, wrong, type Finding } from './finding.ts';
import { checkIntegration } from './integration.checks.ts';
import { checkKafka } from './kafka.checks.ts';
import { checkSituation } from './slot.checks.ts';
import { PUBLICATION, checkSource } from './source.checks.ts';

/** Looks at everything that has to be right, and says of each what is wrong and what to do. Changes nothing. */
export async function examine(target: DoctorTarget): Promise<Finding[]> {
  const groups = await Promise.all([
    Promise.resolve([checkNode()]),
    ...target.sources.map(checkSource),
    ...target.sources.map((source) =>
      checkSituation({
        ...source,
        publication: source.publication ?? PUBLICATION,
        kafkaBrokers: target.kafkaBrokers,
        kafkaSecurity: target.kafkaSecurity,
        topicPrefix: target.topicPrefix,
      }),
    ),
    checkKafka(target),
    target.integration === null ? [] : checkIntegration({ ...target.integration, packs: target.packs }),
    Promise.all(target.services.map(checkService)),
  ]);
  return groups.flat();
}

function checkNode(): Finding {
  const { version } = process;
  return Number(version.slice(1).split('.')[0]) >= 24
    ? ok('node', version)
    : wrong('node', version, 'Use Node 24: the npm scripts bring their own.');
}

async function checkService({ name, url }: { name: string; url: string }): Promise<Finding> {
  try {
    const response = await fetch(`${url}/ready`, { signal: AbortSignal.timeout(5000) });
    if (response.ok) return ok(name, `ready at ${url}`);
    return wrong(name, `not ready: ${await response.text()}`, 'See its log; the code there says what to do.');
  } catch (error) {
    return wrong(name, `no answer at ${url} (${errorFields(error).reason})`, 'Start it, or see why it ended.');
  }
}
