import type { Fold, FoldEvent, FoldTools } from '#mapping';
import type { Row } from './events.ts';

/** The mapped values of the user's last row. Of a user who is gone nothing but the id is kept. */
export interface State {
  readonly id: string | null;
  readonly email: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly phone: string | null;
  readonly gone: boolean;
}

export const initial: State = { id: null, email: null, firstName: null, lastName: null, phone: null, gone: false };

/** A row that is there: new, changed, or first heard of by a change. Its Lead is wanted as the row says. */
const rowIsThere: Fold<State, Row> = (_state, event, tools) => {
  if (event.data.id !== event.subject) return tools.setAside('invalid_value', 'id');
  const { id, email, full_name: name, phone } = event.data;
  if (name == null) tools.problem('name_missing', 'full_name');
  return {
    id,
    email: email ?? null,
    firstName: name?.first ?? null,
    lastName: name?.last ?? null,
    phone: phone ?? null,
    gone: false,
  };
};

function rowIsGone(state: State, event: FoldEvent<Pick<Row, 'id'>>, tools: FoldTools): ReturnType<Fold<State, Row>> {
  if (event.data.id !== event.subject) return tools.setAside('invalid_value', 'id');
  if (state.id === null) return tools.ignored('unknown_user');
  if (state.gone) return tools.ignored('already_gone');
  return { ...initial, id: state.id, gone: true };
}

export const fold = { 'user.created': rowIsThere, 'user.updated': rowIsThere, 'user.deleted': rowIsGone };
