import { compareSetUp, labelOf, type ActualField, type SetUp, type SetUpDifference, type SetUpField } from '#mapping';
import type { Failure, NewField, WriteOutcome, ZohoCalls, ZohoField } from '#zoho';

/** What is done about a difference: fields and values are added; everything else is for a person, in the CRM. */
export type SetUpAction = 'create' | 'add_values' | 'by_hand';

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

/** What differs between the fields that a pack needs and those that the CRM has (packs/README.md section 8). */
export async function checkSetUp(client: Pick<ZohoCalls, 'fields'>, setup: SetUp): Promise<SetUpResult> {
  const read = await readFields(client, setup);
  return read.kind === 'ok' ? { kind: 'ok', differences: stepsOf(setup, read.modules) } : read;
}

/**
 * Creates the fields and adds the picklist values that are missing, then says what still differs. Nothing that exists is
 * removed or otherwise changed, so it may be done again at any time.
 */
export async function applySetUp(
  client: Pick<ZohoCalls, 'fields' | 'createFields' | 'addPicklistValues'>,
  setup: SetUp,
): Promise<SetUpApplied> {
  const before = await readFields(client, setup);
  if (before.kind !== 'ok') return before;
  const steps = stepsOf(setup, before.modules);
  for (const [module, declared] of Object.entries(setup)) {
    const own = steps.filter((step) => step.module === module);
    const failed =
      (await createMissing(client, { module, declared, steps: own })) ??
      (await addValues(client, { module, declared, steps: own, there: before.modules[module] ?? [] }));
    if (failed !== null) return failed;
  }
  const after = await checkSetUp(client, setup);
  if (after.kind !== 'ok') return after;
  const left = new Set(after.differences.map(keyOf));
  const done = steps.filter((step) => step.action !== 'by_hand' && !left.has(keyOf(step)));
  return { kind: 'ok', done, differences: after.differences };
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

function stepsOf(setup: SetUp, modules: Modules): SetUpStep[] {
  const actual = Object.fromEntries(Object.entries(modules).map(([module, fields]) => [module, fields.map(actualOf)]));
  return compareSetUp(setup, actual).map((found) => ({ ...found, action: actionOf(found) }));
}

function actualOf(field: ZohoField): ActualField {
  const { apiName, dataType: type, length, isUnique: unique, values } = field;
  return { apiName, type, length, unique, values };
}

function actionOf({ difference }: SetUpDifference): SetUpAction {
  if (difference === 'missing') return 'create';
  return difference === 'values_missing' ? 'add_values' : 'by_hand';
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
