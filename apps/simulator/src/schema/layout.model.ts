import type { Module } from './module.model.ts';
import type { Pipeline, PipelineSpec } from './pipeline.model.ts';

/** Fields that the standard layout makes mandatory beside the system's own (reference 3.3). */
export const LAYOUT_MANDATORY: Readonly<Record<string, readonly string[]>> = {
  Leads: ['Company'],
  Deals: ['Closing_Date', 'Pipeline'],
};

const ALL_STAGES = [
  'Qualification',
  'Needs Analysis',
  'Value Proposition',
  'Id. Decision Makers',
  'Proposal/Price Quote',
  'Negotiation/Review',
  'Closed Won',
  'Closed Lost',
  'Closed Lost to Competition',
];

/** The pipelines that Deals start with; a stage belongs to those that list it. */
export const PIPELINES: readonly PipelineSpec[] = [
  { name: 'Standard (Standard)', default: true, stages: ALL_STAGES },
  { name: 'Renewals', default: false, stages: ['Qualification', 'Proposal/Price Quote', 'Closed Won', 'Closed Lost'] },
];

/** Each module has one layout, with all of its fields; its id follows from the module's. */
export function layoutId(module: Module): string {
  return `${module.id.slice(0, 7)}9${module.id.slice(8)}`;
}

/** The id of a pipeline of that layout. */
function pipelineId(layout: string, at: number): string {
  return `${layout.slice(0, 8)}${at + 1}${layout.slice(9)}`;
}

/** The pipelines of a new module, by id: those of Deals; other modules have none. */
export function standardPipelines(module: Module): Map<string, Pipeline> {
  if (module.apiName !== 'Deals') return new Map();
  const made = PIPELINES.map((spec, at): Pipeline => ({ ...spec, id: pipelineId(layoutId(module), at) }));
  return new Map(made.map((pipeline) => [pipeline.id, pipeline]));
}

/** Whether a stage may stand in a pipeline; one that is not known takes every stage. */
export function pipelineHas(module: Module, { pipeline, stage }: Record<'pipeline' | 'stage', unknown>): boolean {
  const found = [...module.pipelines.values()].find((one) => one.name === pipeline);
  return found === undefined || typeof stage !== 'string' || found.stages.includes(stage);
}

/** How a deal in that stage counts in forecasts. */
export function forecastType(stage: string): 'Open' | 'Closed Won' | 'Closed Lost' {
  if (stage === 'Closed Won') return 'Closed Won';
  return stage.startsWith('Closed') ? 'Closed Lost' : 'Open';
}
