import type { CrmRecord } from '#cases';
import type { Json, JsonObject } from '#contracts';
import type { SeededRandom } from '../seeded.random.ts';
import { differing, wordOf, type LoopRecords, type ProductEvent, type ToldEvent } from './loop.records.ts';

type Status = 'draft' | 'signed' | 'active' | 'terminated';

interface Contract {
  readonly customer: string;
  readonly isSigned: boolean;
  status: Status;
  amount: number;
  kyc: 'Not Started' | 'In Progress' | 'Completed' | 'Declined';
  /** What a person wrote last, of what belongs to the CRM. */
  description: string | null;
  /** Values that were left standing, as the product was told. */
  readonly left: Set<string>;
  /** The product could not follow a move of the stage, and keeps it for its staff. */
  isDisputed: boolean;
}

const KYC = { 'kyc.started': 'In Progress', 'kyc.completed': 'Completed', 'kyc.declined': 'Declined' } as const;
const STAGES: Readonly<Record<string, readonly Status[]>> = {
  'Negotiation/Review': ['draft', 'signed'],
  Qualification: ['draft', 'signed'],
  'Needs Analysis': ['draft', 'signed'],
  'Closed Won': ['active'],
  'Closed Lost': ['terminated'],
};
const ANSWERS: Readonly<Record<string, { from: readonly Status[]; to: Status; type: string }>> = {
  active: { from: ['signed'], to: 'active', type: 'contract.activated' },
  terminated: { from: ['draft', 'signed'], to: 'terminated', type: 'contract.terminated' },
  draft: { from: ['terminated'], to: 'draft', type: 'contract.reopened' },
};

/** Contracts of the pack `telecom-contracts`: fields of the product's, of the CRM's, and a stage that both share. */
export class LoopContracts implements LoopRecords {
  readonly pack = 'telecom-contracts';
  readonly module = 'Deals';
  readonly identity = 'Contract_Number';
  readonly names: readonly string[];
  readonly #contracts = new Map<string, Contract>();

  constructor(count: number) {
    this.names = Array.from({ length: count }, (_, index) => `CT-2026-${String(index).padStart(3, '0')}`);
  }

  begin(): ProductEvent[] {
    return this.names.flatMap((name, index) => {
      const isSigned = index % 2 === 0;
      const contract: Contract = {
        customer: `c-${index}`,
        isSigned,
        status: isSigned ? 'signed' : 'draft',
        amount: 1000,
        kyc: 'Not Started',
        description: null,
        left: new Set(),
        isDisputed: false,
      };
      this.#contracts.set(name, contract);
      const made = this.#said(name, 'contract.created', {
        customer: { last_name: `Person ${index}` },
        kyc_session_id: `k-${name}`,
        total_contract_value: '1000',
      });
      return isSigned ? [made, this.#said(name, 'contract.signed', { fully_signed_date: '2026-03-01' })] : [made];
    });
  }

  change(name: string, random: SeededRandom): ProductEvent {
    const contract = this.#contractOf(name);
    if (contract.status === 'signed' && random.chance(0.1)) {
      contract.status = 'active';
      return this.#said(name, 'contract.activated', { cause: 'product' });
    }
    if (random.chance(0.5)) {
      contract.amount = random.int(1, 1_000_000);
      return this.#said(name, 'contract.corrected', { total_contract_value: String(contract.amount) });
    }
    const type = random.pick(['kyc.started', 'kyc.completed', 'kyc.declined'] as const);
    contract.kyc = KYC[type];
    const data = { customer_id: contract.customer, started_at: '2026-03-01T08:00:00Z' };
    return { type, subject: `k-${name}`, key: contract.customer, data };
  }

  edit(name: string, random: SeededRandom): JsonObject {
    const made = random.int(1, 1_000_000);
    const fields = random.pick<JsonObject>([
      { Amount: made },
      { KYC_Status: random.pick(['Not Started', ...Object.values(KYC)]) },
      { Amount: made, KYC_Status: 'Completed', Description: `Called ${made}` },
      { Description: `Called ${made}` },
      { Stage: random.pick(Object.keys(STAGES)) },
      { Stage: random.pick(Object.keys(STAGES)), Description: `Met ${made}` },
    ]);
    const { Description: description } = fields;
    if (typeof description === 'string') this.#contractOf(name).description = description;
    return fields;
  }

  take({ type, payload }: ToldEvent): ProductEvent[] {
    const name = wordOf(payload, 'contract_number');
    const contract = this.#contracts.get(name);
    if (contract === undefined) return [];
    if (type === 'crm.deal.conflict_recorded' && payload['restored'] === false)
      contract.left.add(`${wordOf(payload, 'field')}=${JSON.stringify(payload['crm_value'])}`);
    if (type === 'crm.deal.stage_refused' && payload['restored'] === false)
      contract.left.add(`Stage=${JSON.stringify(payload['stage'])}`);
    if (type !== 'crm.deal.stage_changed') return [];
    const answer = ANSWERS[wordOf(payload, 'contract_status')];
    if (
      answer === undefined ||
      !answer.from.includes(contract.status) ||
      (answer.to === 'draft' && contract.isSigned)
    ) {
      contract.isDisputed = true;
      return [];
    }
    contract.status = answer.to;
    return [this.#said(name, answer.type, { cause: 'crm', move: payload['move'] ?? null })];
  }

  differences(records: ReadonlyMap<string, CrmRecord>): string[] {
    return this.names.flatMap((name) => {
      const contract = this.#contractOf(name);
      const record = records.get(name);
      const of = (field: string): Json => (record?.[field] as Json | undefined) ?? null;
      const isLeft = (field: string): boolean => contract.left.has(`${field}=${JSON.stringify(of(field))}`);
      const owned = { Amount: contract.amount, KYC_Status: contract.kyc };
      const found = Object.entries(owned).map(([field, product]) => {
        return isLeft(field) ? null : differing(name, field, { product, crm: of(field) });
      });
      found.push(differing(name, 'Description', { product: contract.description, crm: of('Description') }));
      const fits = STAGES[wordOf(record ?? {}, 'Stage')]?.includes(contract.status) === true;
      if (!fits && !contract.isDisputed && !isLeft('Stage'))
        found.push(differing(name, 'Stage', { product: contract.status, crm: of('Stage') }));
      return found.filter((each) => each !== null);
    });
  }

  #said(name: string, type: string, data: JsonObject): ProductEvent {
    const { customer } = this.#contractOf(name);
    const ids = { customer_id: customer, contract_number: name };
    return { type, subject: `id-${name}`, key: customer, data: { ...ids, ...data } };
  }

  #contractOf(name: string): Contract {
    const contract = this.#contracts.get(name);
    if (contract === undefined) throw new Error(`no contract ${name}`);
    return contract;
  }
}
