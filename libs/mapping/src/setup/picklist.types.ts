import type { Json } from '#contracts';
import type { SetUp, SetUpField, SetUpPipeline } from './setup.types.ts';

/** The picklists among the fields of a module, as they are declared. */
type Picklist<Declared extends SetUp, Module extends keyof Declared> = Extract<
  Declared[Module][number],
  { readonly type: 'picklist'; readonly values: readonly string[] }
>;

/**
 * A value that the set-up declares for a picklist. The set-up says `as const satisfies SetUp`, so that its values are known to the
 * compiler; a table of values that names another one does not compile.
 */
export type PicklistValue<
  Declared extends SetUp,
  Module extends keyof Declared,
  Field extends Picklist<Declared, Module>['apiName'],
> = Extract<Picklist<Declared, Module>, { readonly apiName: Field }>['values'][number];

/** A stage of one of the pipelines, which say `as const satisfies readonly SetUpPipeline[]`. */
export type StageName<Pipelines extends readonly SetUpPipeline[]> = Pipelines[number]['stages'][number]['name'];

/**
 * Fields of a record of the module: what a picklist gets is one of its declared values, or nothing; other fields hold what they like.
 * A projection says `satisfies FieldsIn<typeof setup, 'Leads'>` behind its fields. `Stages`: those of the pipelines, where the module
 * has them; each is a value of the picklist Stage.
 */
export type FieldsIn<Declared extends SetUp, Module extends keyof Declared, Stages extends string = never> = {
  readonly [Field in Picklist<Declared, Module> as Field['apiName']]?:
    Field['values'][number] | (Field['apiName'] extends 'Stage' ? Stages : never) | null;
} & Readonly<Record<string, Json | undefined>>;

/** A picklist that the CRM brings along, and the values that it must have beside its own. */
export function standardPicklist<const Name extends string, const Values extends readonly string[]>(
  apiName: Name,
  values: Values,
): { readonly apiName: Name; readonly type: 'picklist'; readonly values: Values; readonly standard: true } {
  return { apiName, type: 'picklist', values, standard: true } satisfies SetUpField;
}
