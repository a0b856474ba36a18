import {
  labelOf,
  type ActualField,
  type ActualPipeline,
  type ActualSetUp,
  type SetUp,
  type SetUpField,
  type SetUpPipeline,
} from './setup.types.ts';

/** How a field or a pipeline of the CRM differs from what a pack needs. */
export interface SetUpDifference {
  readonly module: string;
  readonly apiName: string;
  readonly label: string;
  readonly difference:
    | 'missing'
    | 'standard_missing'
    | 'other_type'
    | 'shorter'
    | 'not_unique'
    | 'must_not_be_unique'
    | 'values_missing'
    | 'fixed_values_missing'
    | 'pipeline_missing'
    | 'stages_missing';
  /** What the pack needs, and what is there, in words of the CRM. */
  readonly wanted: string;
  readonly actual: string | null;
  /** True when the connection must not write before it is put right; missing values are simply added. */
  readonly stops: boolean;
}

/**
 * What is to be put right before the first write (packs/README.md section 8). API names compare exactly; a longer
 * field, more values or an additional unique mark are no difference, but for an `Email` marked unique: people share
 * mailboxes.
 */
export function compareSetUp(setup: SetUp, actual: ActualSetUp): SetUpDifference[] {
  return Object.entries(setup).flatMap(([module, fields]) => {
    const there = new Map((actual[module] ?? []).map((field) => [field.apiName, field]));
    const own = fields.flatMap((field) => differences(field, there.get(field.apiName)));
    return [...own, ...uniqueEmail(there.get('Email'))].map((difference) => ({ module, ...difference }));
  });
}

/**
 * The pipelines and stages that Deals lack. Both stop the connection: a Deal with a stage that its pipeline has not is
 * refused. Names compare exactly; the order of stages and those that people added are no difference.
 */
export function comparePipelines(
  wanted: readonly SetUpPipeline[],
  actual: readonly ActualPipeline[],
): SetUpDifference[] {
  return wanted.flatMap(({ name, stages }): SetUpDifference[] => {
    const about = { module: 'Deals', apiName: `Pipeline ${name}`, label: name, stops: true };
    const names = stages.map((stage) => stage.name);
    const there = actual.find((pipeline) => pipeline.name === name)?.stages;
    if (there === undefined) {
      return [{ ...about, difference: 'pipeline_missing', wanted: names.join(', '), actual: null }];
    }
    const missing = names.filter((stage) => !there.includes(stage));
    if (missing.length === 0) return [];
    return [{ ...about, difference: 'stages_missing', wanted: missing.join(', '), actual: there.join(', ') }];
  });
}

type FieldDifference = Omit<SetUpDifference, 'module'>;

function differences(field: SetUpField, there: ActualField | undefined): FieldDifference[] {
  const about = { apiName: field.apiName, label: labelOf(field), stops: true };
  const { type, length, values = [], unique } = field;
  if (there === undefined) {
    // Its API name is the CRM's own: a field that is made would have another.
    const difference = field.standard === true ? 'standard_missing' : 'missing';
    return [{ ...about, difference, wanted: type, actual: null }];
  }
  if (there.type !== type) return [{ ...about, difference: 'other_type', wanted: type, actual: there.type }];
  const found: FieldDifference[] = [];
  if (length !== undefined && there.length !== null && there.length < length) {
    found.push({ ...about, difference: 'shorter', wanted: String(length), actual: String(there.length) });
  }
  if (unique === true && !there.unique) {
    found.push({ ...about, difference: 'not_unique', wanted: 'unique', actual: 'not unique' });
  }
  const missing = values.filter((value) => !there.values.includes(value));
  if (missing.length > 0) {
    const actualValues = there.values.join(', ');
    found.push({
      ...about,
      difference: field.fixed === true ? 'fixed_values_missing' : 'values_missing',
      wanted: missing.join(', '),
      actual: actualValues,
      stops: field.fixed === true,
    });
  }
  return found;
}

function uniqueEmail(field: ActualField | undefined): FieldDifference[] {
  if (field?.unique !== true) return [];
  const about = { apiName: 'Email', label: 'Email', stops: true };
  return [{ ...about, difference: 'must_not_be_unique', wanted: 'not unique', actual: 'unique' }];
}
