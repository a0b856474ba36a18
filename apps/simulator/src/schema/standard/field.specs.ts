import type { FieldSpec } from '../field.model.ts';

type More = Partial<FieldSpec>;

export const text = (apiName: string, length: number, more: More = {}): FieldSpec => ({
  apiName,
  type: 'text',
  length,
  ...more,
});

export const field = (apiName: string, type: FieldSpec['type'], more: More = {}): FieldSpec => ({
  apiName,
  type,
  ...more,
});

export const picklist = (apiName: string, values: NonNullable<FieldSpec['values']>, more: More = {}): FieldSpec => ({
  apiName,
  type: 'picklist',
  values: ['-None-', ...values],
  ...more,
});

export const lookup = (apiName: string, module: string, more: More = {}): FieldSpec => ({
  apiName,
  type: 'lookup',
  lookup: module,
  ...more,
});

export const money = (apiName: string): FieldSpec => field(apiName, 'currency', { decimals: 2 });

/** What every record has beside its own fields. */
export const SYSTEM_FIELDS: readonly FieldSpec[] = [
  field('Owner', 'ownerlookup'),
  field('Created_By', 'ownerlookup', { readOnly: true }),
  field('Modified_By', 'ownerlookup', { readOnly: true }),
  field('Created_Time', 'datetime', { readOnly: true }),
  field('Modified_Time', 'datetime', { readOnly: true }),
  field('Record_Status__s', 'text', { readOnly: true }),
  field('Tag', 'jsonarray'),
];

export const LEAD_SOURCES = [
  'Advertisement',
  'Cold Call',
  'Employee Referral',
  'External Referral',
  'Online Store',
  'Partner',
  'Public Relations',
  'Sales Email Alias',
  'Seminar Partner',
  'Internal Seminar',
  'Trade Show',
  'Web Download',
  'Web Research',
  'Chat',
] as const;

export const INDUSTRIES = [
  'ASP (Application Service Provider)',
  'Data/Telecom OEM',
  'ERP (Enterprise Resource Planning)',
  'Government/Military',
  'Large Enterprise',
  'ManagementISV',
  'MSP (Management Service Provider)',
  'Network Equipment Provider',
  'Service Provider',
  'Small/Medium Enterprise',
] as const;

/** The five parts of an address under one prefix. */
export const address = (prefix: string, zip: string): FieldSpec[] => [
  text(`${prefix}Street`, 250),
  text(`${prefix}City`, 100),
  text(`${prefix}State`, 100),
  text(`${prefix}${zip}`, 30),
  text(`${prefix}Country`, 100),
];
