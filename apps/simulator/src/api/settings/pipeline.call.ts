import { EMPTY } from '../../answers/answer.ts';
import { badParam, paramMissing } from '../../answers/errors.ts';
import type { Org } from '../../org/org.ts';
import { forecastType, layoutId } from '../../schema/layout.model.ts';
import type { Module } from '../../schema/module.model.ts';
import type { ApiRequest, Call } from '../call.ts';
import { onArea } from '../needs.ts';

type Shown = Record<string, unknown> & { readonly id: string };

/** `GET /settings/pipeline?layout_id=`: pipelines of Deals with their stages (reference 8). */
export const pipelinesCall: Call = {
  kind: 'settings.pipeline',
  method: 'GET',
  path: '/crm/v8/settings/pipeline',
  needs: onArea('settings', ['READ'], 'pipeline'),
  run: (request, org) => ({ status: 200, body: { pipeline: pipelines(request, org) } }),
};

/** `GET /settings/pipeline/{id}?layout_id=` */
export const pipelineCall: Call = {
  kind: 'settings.pipeline',
  method: 'GET',
  path: '/crm/v8/settings/pipeline/:id',
  needs: onArea('settings', ['READ'], 'pipeline'),
  run: (request, org) => {
    const found = pipelines(request, org).filter((pipeline) => pipeline.id === request.params['id']);
    return found.length === 0 ? EMPTY : { status: 200, body: { pipeline: found } };
  },
};

/** The module whose layout `?layout_id=` names. @throws Refusal when it is missing, or not that of Deals */
export function paramLayout(request: Pick<ApiRequest, 'query'>, org: Org): Module {
  const given = request.query.get('layout_id');
  if (given === null || given === '') throw paramMissing('layout_id');
  const deals = org.schema.module('Deals');
  if (deals === undefined || given !== layoutId(deals)) throw badParam('layout_id');
  return deals;
}

function pipelines(request: ApiRequest, org: Org): Shown[] {
  const deals = paramLayout(request, org);
  const stages = deals.fields.get('Stage')?.values ?? [];
  return [...deals.pipelines.values()].map((pipeline) => ({
    id: pipeline.id,
    display_value: pipeline.name,
    actual_value: pipeline.name,
    default: pipeline.default,
    child_available: false,
    maps: pipeline.stages.flatMap((actual, sequence) => {
      const stage = stages.find((value) => value.actual === actual);
      if (stage === undefined) return [];
      const forecast = forecastType(actual);
      return {
        id: stage.id,
        display_value: stage.display,
        actual_value: actual,
        sequence_number: sequence + 1,
        colour_code: '#dce2f1',
        forecast_type: forecast,
        forecast_category: { name: forecast === 'Open' ? 'Pipeline' : 'Closed', id: stage.id },
      };
    }),
  }));
}
