/** Zoho's API data types, as far as packs use them. */
export const FIELD_TYPES = [
  'text',
  'textarea',
  'integer',
  'bigint',
  'double',
  'currency',
  'boolean',
  'date',
  'datetime',
  'picklist',
  'multiselectpicklist',
  'email',
  'phone',
  'website',
  'lookup',
] as const;
export type FieldType = (typeof FIELD_TYPES)[number];

/** One custom field that a pack needs (packs/README.md section 8). */
export interface SetUpField {
  readonly apiName: string;
  /** Default: the API name with spaces. */
  readonly label?: string;
  readonly type: FieldType;
  /** Units at least: the cut that the pack uses. */
  readonly length?: number;
  /** Picklist values that must be there; people may add others. */
  readonly values?: readonly string[];
  readonly unique?: boolean;
  /** A field that the CRM brings along: only values are added to it, it is never made. */
  readonly standard?: true;
  /** Its values are the CRM's people's to say: one that is missing stops the connection, and none is added. */
  readonly fixed?: true;
}

/** A pipeline of the module Deals on its standard layout. */
export interface SetUpPipeline {
  readonly name: string;
  /** In their order; each is a value of the picklist Stage. */
  readonly stages: readonly { readonly name: string; readonly kind: 'open' | 'won' | 'lost' }[];
}

/** The fields of each module by its API name. */
export type SetUp = Readonly<Record<string, readonly SetUpField[]>>;

/** A field as the CRM describes it. */
export interface ActualField {
  readonly apiName: string;
  readonly type: string;
  readonly length: number | null;
  readonly unique: boolean;
  readonly values: readonly string[];
}

/** The fields that the CRM has, by module. A module that is left out has none. */
export type ActualSetUp = Readonly<Record<string, readonly ActualField[]>>;

/** A pipeline of Deals as the CRM describes it. */
export interface ActualPipeline {
  readonly name: string;
  /** Values of the picklist Stage as they are written. */
  readonly stages: readonly string[];
}

/** The label that a field is made with. */
export function labelOf({ apiName, label }: Pick<SetUpField, 'apiName' | 'label'>): string {
  return label ?? apiName.replaceAll('_', ' ');
}
