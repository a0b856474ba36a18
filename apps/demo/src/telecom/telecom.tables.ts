import type { ColumnType, Generated } from 'kysely';
import type { Json } from '#contracts';
import type { ProductDatabase } from '#postgres';

/**
 * The demo's telecom reseller as far as its CRM concerns it (the pack's page, 6.7). `crm_conflicts` is what its staff look at: edits in the
 * CRM that were not taken over, and moves that the contract did not allow.
 */
export const TELECOM_MIGRATION = `
  create table if not exists public.contracts (
    id text primary key,
    contract_number text not null unique,
    customer_id text not null,
    status text not null default 'draft' check (status in ('draft', 'signed', 'active', 'terminated')),
    signed_on date,
    crm_stage text,
    crm_missing boolean not null default false
  );
  create table if not exists public.crm_conflicts (
    id bigint generated always as identity primary key,
    record text not null,
    field text not null,
    product_value jsonb,
    crm_value jsonb,
    restored boolean not null,
    changed_by jsonb,
    changed_at timestamptz not null,
    seen_at timestamptz not null default clock_timestamp()
  )`;

interface Contracts {
  id: string;
  contract_number: string;
  customer_id: string;
  status: Generated<ContractStatus>;
  signed_on: string | null;
  crm_stage: string | null;
  crm_missing: Generated<boolean>;
}

/** Read as JSON, written as its text. */
type JsonValue = ColumnType<Json, string | null, string | null>;

interface CrmConflicts {
  id: Generated<string>;
  /** Module and our name of the record, such as `Deals/CT-2026-001`. */
  record: string;
  field: string;
  product_value: JsonValue;
  crm_value: JsonValue;
  restored: boolean;
  changed_by: JsonValue;
  changed_at: ColumnType<Date, string, string>;
  seen_at: Generated<Date>;
}

export type TelecomDatabase = ProductDatabase & { contracts: Contracts; crm_conflicts: CrmConflicts };
export type ContractStatus = 'draft' | 'signed' | 'active' | 'terminated';
