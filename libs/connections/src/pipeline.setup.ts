import { comparePipelines, type SetUpDifference, type SetUpPipeline } from '#mapping';
import type { Failure, PipelineStage, WriteOutcome, ZohoCalls, ZohoPipeline } from '#zoho';

const MODULE = 'Deals';
/** Zoho's name of the layout that it brings along. */
const STANDARD_LAYOUT = 'Standard';

export type PipelineReader = Pick<ZohoCalls, 'layouts' | 'pipelines'>;
export type PipelineWriter = Pick<ZohoCalls, 'fields' | 'createPipeline' | 'updatePipeline'>;

/** Pipelines that are wanted beside those that are there. */
export interface PipelinesRead {
  readonly kind: 'ok';
  readonly wanted: readonly SetUpPipeline[];
  /** Null where nothing is wanted, or Deals have no layout. */
  readonly layoutId: string | null;
  readonly there: readonly ZohoPipeline[];
}

/** Reads the pipelines of the standard layout of Deals; nothing is asked where none are wanted. */
export async function readPipelines(
  client: PipelineReader,
  wanted: readonly SetUpPipeline[],
): Promise<PipelinesRead | Failure> {
  const none: PipelinesRead = { kind: 'ok', wanted, layoutId: null, there: [] };
  if (wanted.length === 0) return none;
  const found = await client.layouts(MODULE);
  if (found.kind !== 'ok') return found;
  // An organisation in another language may have given it another name: it is the first one.
  const layout = found.layouts.find(({ name }) => name === STANDARD_LAYOUT) ?? found.layouts[0];
  if (layout === undefined) return none;
  const read = await client.pipelines(layout.id);
  return read.kind === 'ok' ? { ...none, layoutId: layout.id, there: read.pipelines } : read;
}

/** What the CRM lacks of them. */
export function pipelineDifferences({ wanted, there }: PipelinesRead): SetUpDifference[] {
  const actual = there.map(({ name, stages }) => ({ name, stages: stages.map(({ value }) => value) }));
  return comparePipelines(wanted, actual);
}

/**
 * Creates the pipelines that are missing, and adds missing stages behind those that are there. A stage that is no value
 * of the picklist Stage is left out, and a pipeline without any is not made: the check afterwards names them.
 */
export async function addPipelines(
  client: PipelineReader & PipelineWriter,
  wanted: readonly SetUpPipeline[],
): Promise<Failure | null> {
  const read = await readPipelines(client, wanted);
  if (read.kind !== 'ok') return read;
  const { layoutId } = read;
  const lacking = new Set(pipelineDifferences(read).map(({ label }) => label));
  if (layoutId === null || lacking.size === 0) return null;
  const fields = await client.fields(MODULE);
  if (fields.kind !== 'ok') return fields;
  const ids = fields.fields.find(({ apiName }) => apiName === 'Stage')?.valueIds ?? {};
  for (const pipeline of wanted.filter(({ name }) => lacking.has(name))) {
    const there = read.there.find(({ name }) => name === pipeline.name);
    const outcome = await addOne(client, { layoutId, pipeline, there, ids });
    if (outcome !== null && outcome.kind !== 'succeeded') return outcome;
  }
  return null;
}

interface OnePipeline {
  readonly layoutId: string;
  readonly pipeline: SetUpPipeline;
  readonly there: ZohoPipeline | undefined;
  /** Ids of the values of the picklist Stage. */
  readonly ids: Readonly<Record<string, string>>;
}

async function addOne(client: PipelineWriter, given: OnePipeline): Promise<WriteOutcome | null> {
  const { layoutId, pipeline, there, ids } = given;
  const known = there?.stages ?? [];
  const added = pipeline.stages
    .filter(({ name }) => !known.some(({ value }) => value === name))
    .flatMap(({ name }) => stageOf(name, ids[name]));
  if (added.length === 0) return null;
  if (there === undefined) return client.createPipeline(layoutId, { name: pipeline.name, stages: added });
  if (there.id === null) return null;
  const stages = [...known.flatMap(({ value, id }) => stageOf(value, id ?? ids[value])), ...added];
  return client.updatePipeline(layoutId, { pipelineId: there.id, stages });
}

function stageOf(value: string, id: string | undefined): PipelineStage[] {
  return id === undefined ? [] : [{ id, value }];
}
