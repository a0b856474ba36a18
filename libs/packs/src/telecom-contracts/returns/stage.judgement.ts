import type { Answer, Judge } from '#mapping';
import { meaningOf, statusOf, type ContractStatus, type StageMeaning } from '../contract.status.ts';
import type { Settings } from '../settings.ts';
import { withEntry, type Contract, type State } from '../state.ts';
import { contractNamed } from './record.names.ts';

/** What a move to a stage does to a contract of a status (specification, 6.4). */
type Move =
  | { readonly is: 'accepted' }
  | { readonly is: 'changes'; readonly to: 'active' | 'terminated' | 'draft' }
  | { readonly is: 'refused'; readonly reason: string };

type Situation = 'draft' | 'signed' | 'active' | 'ended_unsigned' | 'ended_signed';

const accepted: Move = { is: 'accepted' };
const changes = (to: 'active' | 'terminated' | 'draft'): Move => ({ is: 'changes', to });
const refused = (reason: string): Move => ({ is: 'refused', reason });
const ACTIVE = refused('contract_already_active');
const TERMINATED = refused('contract_terminated');

const MOVES: Readonly<Record<Situation, Readonly<Record<StageMeaning, Move>>>> = {
  draft: {
    draft: accepted,
    neutral: accepted,
    active: refused('contract_not_signed'),
    terminated: changes('terminated'),
  },
  signed: { draft: accepted, neutral: accepted, active: changes('active'), terminated: changes('terminated') },
  active: { draft: ACTIVE, neutral: ACTIVE, active: accepted, terminated: ACTIVE },
  ended_unsigned: { draft: changes('draft'), neutral: TERMINATED, active: TERMINATED, terminated: accepted },
  ended_signed: { draft: TERMINATED, neutral: TERMINATED, active: TERMINATED, terminated: accepted },
};

/** What the move itself makes of the contract, before the product has answered. */
const CHANGED = {
  active: { activated: true },
  terminated: { ended: true },
  draft: { ended: false, activated: false },
} as const satisfies Record<'active' | 'terminated' | 'draft', Partial<Contract>>;

function situationOf(contract: Contract, status: ContractStatus): Situation {
  if (status !== 'terminated') return status;
  return contract.signedOn.value === null ? 'ended_unsigned' : 'ended_signed';
}

/** Sales move a Deal: the contract follows where that means something, and the Deal goes back where it must not. */
export const judgeStage: Judge<State, Settings> = (state, { after }, { name, settings }): Answer<State> => {
  const found = contractNamed(state, name);
  const stage = typeof after === 'string' ? after : null;
  if (found === null) return { is: 'accepted', state };
  const { id, contract } = found;
  const status = statusOf(contract);
  const meaning = meaningOf(stage, settings);
  const moved = (change: Partial<Contract>): State => {
    return { ...state, contracts: withEntry(state.contracts, id, { ...contract, ...change, stage }) };
  };
  if (meaning === null) return { is: 'accepted', state: moved({}), unrecognised: true };
  const move = MOVES[situationOf(contract, status)][meaning];
  const told = { stage, contract_status: status };
  switch (move.is) {
    case 'accepted':
      return { is: 'accepted', state: moved({}) };
    case 'changes': {
      const moves = contract.moves + 1;
      const data = { ...told, previous_stage: contract.stage, contract_status: move.to, move: moves };
      const event = { type: 'crm.deal.stage_changed', data };
      return { is: 'accepted', state: moved({ ...CHANGED[move.to], moves }), event };
    }
    case 'refused': {
      const data = { ...told, restored_stage: contract.stage, reason: move.reason };
      return { is: 'refused', event: (restored) => ({ type: 'crm.deal.stage_refused', data: { ...data, restored } }) };
    }
    default:
      return move satisfies never;
  }
};
