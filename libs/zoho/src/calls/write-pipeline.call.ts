import type { JsonObject } from '#contracts';
import { classifyWrite } from '../answer/answer.classify.ts';
import type { Call, Caller } from '../call.types.ts';
import type { WriteOutcome } from '../outcome.types.ts';

/** A stage of a pipeline: a value of the picklist Stage, which has to be there before. */
export interface PipelineStage {
  /** The id of the value, as the fields' metadata have it. */
  readonly id: string;
  readonly value: string;
}

export interface NewPipeline {
  readonly name: string;
  /** In their order. */
  readonly stages: readonly PipelineStage[];
}

/**
 * Creates a pipeline of a layout of Deals, which does not become the default one (Zoho's description of v8,
 * pipeline.json: `display_value`, and of each stage `id` and `sequence_number`). The outcome names its id.
 */
export function createPipeline(caller: Caller, layoutId: string, pipeline: NewPipeline): Promise<WriteOutcome> {
  const body = { display_value: pipeline.name, maps: mapsOf(pipeline.stages) };
  return write(caller, {
    call: { kind: 'pipelines_create', method: 'POST', path: '/settings/pipeline' },
    layoutId,
    body,
  });
}

/**
 * Gives a pipeline the stages in this order. Say those that are there too: they stay either way, but their places count.
 */
export function updatePipeline(
  caller: Caller,
  layoutId: string,
  options: { readonly pipelineId: string; readonly stages: readonly PipelineStage[] },
): Promise<WriteOutcome> {
  const path = `/settings/pipeline/${encodeURIComponent(options.pipelineId)}`;
  return write(caller, {
    call: { kind: 'pipelines_update', method: 'PUT', path, shownPath: '/settings/pipeline/{id}' },
    layoutId,
    body: { maps: mapsOf(options.stages) },
    id: options.pipelineId,
  });
}

interface PipelineWrite {
  readonly call: Pick<Call, 'kind' | 'method' | 'path' | 'shownPath'>;
  readonly layoutId: string;
  readonly body: JsonObject;
  /** Of an update: the answer has to name the same one. */
  readonly id?: string;
}

async function write(caller: Caller, { call, layoutId, body, id }: PipelineWrite): Promise<WriteOutcome> {
  const [outcome] = await caller.run(
    { ...call, query: { layout_id: layoutId }, body: { pipeline: [body] }, records: 1 },
    (reply) => classifyWrite(reply, { wrapper: 'pipeline', count: 1, ...(id === undefined ? {} : { ids: [id] }) }),
  );
  if (outcome === undefined) throw new Error('a write of one record has one outcome');
  return outcome;
}

function mapsOf(stages: readonly PipelineStage[]): JsonObject[] {
  return stages.map(({ id, value }, at) => ({
    id,
    display_value: value,
    actual_value: value,
    sequence_number: at + 1,
  }));
}
