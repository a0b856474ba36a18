import {
  compareSetUp,
  labelOf,
  type ActualField,
  type SetUp,
  type SetUpDifference,
  type SetUpField,
  type SetUpPipeline,
} from '#mapping';
import type { Failure, NewField, WriteOutcome, ZohoCalls, ZohoField } from '#zoho';
import {
  addPipelines,
  pipelineDifferences,
  readPipelines,
  type PipelineReader,
  type PipelineWriter,
} from './pipeline.setup.ts';

/** What a pack needs of its CRM; a mapping has both. */
export interface WantedSetUp {
  readonly setup: SetUp;
  readonly pipelines?: readonly SetUpPipeline[];
}

/** The calls that a check makes, and those that an application makes. */
export type SetUpReader = Pick<ZohoCalls, 'fields'> & PipelineReader;
export type SetUpWriter = SetUpReader & PipelineWriter & Pick<ZohoCalls, 'createFields' | 'addPicklistValues'>;

/** What is done about a difference: what is missing is added; everything else is for a person, in the CRM. */
export type SetUpAction = 'create' | 'add_values' | 'add_stages' | 'by_hand';

/** One difference, with what will be done about it. */
export interface SetUpStep extends SetUpDifference {
  readonly action: SetUpAction;
}

export type SetUpResult = { readonly kind: 'ok'; readonly differences: readonly SetUpStep[] } | Failure;
export type SetUpApplied =
  | {
      readonly kind: 'ok';
      /** What was added. */
      readonly done: readonly SetUpStep[];
      /** What still differs after that. */
      readonly differences: readonly SetUpStep[];
    }
  | Failure;

/** What differs between the fields and pipelines that a pack needs and those that the CRM has (packs/README.md section 4). */
export async function checkSetUp(client: SetUpReader, wanted: WantedSetUp): Promise<SetUpResult> {
  const read = await readFields(client, wanted.setup);
  if (read.kind !== 'ok') return read;
  const pipelines = await readPipelines(client, wanted.pipelines ?? []);
  if (pipelines.kind !== 'ok') return pipelines;
  const differences = [...fieldSteps(wanted.setup, read.modules), ...pipelineDifferences(pipelines).map(stepOf)];
  return { kind: 'ok', differences };
}

/**
 * Creates the fields, picklist values and pipelines that are missing, then says what still differs. Pipelines come last:
 * their stages have to be values of the picklist first. Nothing that exists is removed or otherwise changed, so it may
 * be done again at any time.
 */
export async function applySetUp(client: SetUpWriter, wanted: WantedSetUp): Promise<SetUpApplied> {
  const { setup } = wanted;
  const before = await checkSetUp(client, wanted);
  if (before.kind !== 'ok' || before.differences.every(({ action }) => action === 'by_hand')) {
    return before.kind === 'ok' ? { ...before, done: [] } : before;
  }
  const failed = (await addFields(client, setup)) ?? (await addPipelines(client, wanted.pipelines ?? []));
  if (failed !== null) return failed;
  const after = await checkSetUp(client, wanted);
  if (after.kind !== 'ok') return after;
  const left = new Set(after.differences.map(keyOf));
  const done = before.differences.filter((step) => step.action !== 'by_hand' && !left.has(keyOf(step)));
  return { kind: 'ok', done, differences: after.differences };
}

async function addFields(client: SetUpWriter, setup: SetUp): Promise<Failure | null> {
  const read = await readFields(client, setup);
  if (read.kind !== 'ok') return read;
  const steps = fieldSteps(setup, read.modules);
  for (const [module, declared] of Object.entries(setup)) {
    const own = steps.filter((step) => step.module === module);
    const failed =
      (await createMissing(client, { module, declared, steps: own })) ??
      (await addValues(client, { module, declared, steps: own, there: read.modules[module] ?? [] }));
    if (failed !== null) return failed;
  }
  return null;
}

type Modules = Readonly<Record<string, readonly ZohoField[]>>;

async function readFields(
  client: Pick<ZohoCalls, 'fields'>,
  setup: SetUp,
): Promise<{ readonly kind: 'ok'; readonly modules: Modules } | Failure> {
  const modules: Record<string, readonly ZohoField[]> = {};
  for (const module of Object.keys(setup)) {
    const result = await client.fields(module);
    if (result.kind !== 'ok') return result;
    modules[module] = result.fields;
  }
  return { kind: 'ok', modules };
}

function fieldSteps(setup: SetUp, modules: Modules): SetUpStep[] {
  const actual = Object.fromEntries(Object.entries(modules).map(([module, fields]) => [module, fields.map(actualOf)]));
  return compareSetUp(setup, actual).map(stepOf);
}

function stepOf(found: SetUpDifference): SetUpStep {
  return { ...found, action: actionOf(found) };
}

function actualOf(field: ZohoField): ActualField {
  const { apiName, dataType: type, length, isUnique: unique, values } = field;
  return { apiName, type, length, unique, values };
}

const ACTIONS: Readonly<Partial<Record<SetUpDifference['difference'], SetUpAction>>> = {
  missing: 'create',
  pipeline_missing: 'create',
  values_missing: 'add_values',
  stages_missing: 'add_stages',
};

function actionOf({ difference }: SetUpDifference): SetUpAction {
  return ACTIONS[difference] ?? 'by_hand';
}

function keyOf({ module, apiName, difference }: SetUpStep): string {
  return `${module}.${apiName} ${difference}`;
}

interface ModuleSteps {
  readonly module: string;
  readonly declared: readonly SetUpField[];
  readonly steps: readonly SetUpStep[];
}

async function createMissing(
  client: Pick<ZohoCalls, 'createFields'>,
  { module, declared, steps }: ModuleSteps,
): Promise<Failure | null> {
  const missing = new Set(steps.filter(({ action }) => action === 'create').map(({ apiName }) => apiName));
  const fields = declared.filter(({ apiName }) => missing.has(apiName)).map(newFieldOf);
  if (fields.length === 0) return null;
  return firstFailure(await client.createFields(module, { fields }));
}

async function addValues(
  client: Pick<ZohoCalls, 'addPicklistValues'>,
  { module, declared, steps, there }: ModuleSteps & { readonly there: readonly ZohoField[] },
): Promise<Failure | null> {
  for (const { apiName } of steps.filter(({ action }) => action === 'add_values')) {
    const field = there.find((each) => each.apiName === apiName);
    const wanted = declared.find((each) => each.apiName === apiName)?.values ?? [];
    const values = wanted.filter((value) => field?.values.includes(value) === false);
    if (field === undefined || values.length === 0) continue;
    const failed = firstFailure([await client.addPicklistValues(module, { fieldId: field.id, values })]);
    if (failed !== null) return failed;
  }
  return null;
}

function newFieldOf(field: SetUpField): NewField {
  return {
    label: labelOf(field),
    dataType: field.type,
    ...(field.length === undefined ? {} : { length: field.length }),
    ...(field.unique === undefined ? {} : { unique: field.unique }),
    ...(field.values === undefined ? {} : { values: field.values }),
  };
}

function firstFailure(outcomes: readonly WriteOutcome[]): Failure | null {
  return outcomes.find((outcome) => outcome.kind !== 'succeeded') ?? null;
}
