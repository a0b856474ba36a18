import { cut } from '#mapping';
import type { ToldCustomer } from './payload.kinds.ts';
import type { State } from './state.ts';

export interface CustomerName {
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly companyName: string | null;
}

const ID_UNITS = 8;
const FIRST_NAME_UNITS = 40;
const LAST_NAME_UNITS = 80;

/** What to call a customer: there is always something. */
export function displayName({ firstName, lastName, companyName }: CustomerName, customerId: string): string {
  if (companyName !== null) return companyName;
  if (firstName !== null && lastName !== null) return `${firstName} ${lastName}`;
  return firstName ?? lastName ?? `Customer ${customerId.slice(0, ID_UNITS)}`;
}

/** As one event calls the customer. */
export function toldName(told: ToldCustomer): CustomerName {
  return {
    firstName: told.first_name ?? null,
    lastName: told.last_name ?? null,
    companyName: told.company_name ?? null,
  };
}

/** As the state knows the customer. */
export function knownName(state: Pick<State, 'firstName' | 'lastName' | 'companyName'>): CustomerName {
  return {
    firstName: state.firstName.value,
    lastName: state.lastName.value,
    companyName: state.companyName.value,
  };
}

/** The Contact's names: Last_Name is mandatory, and a customer always has one. */
export function contactNames(name: CustomerName, customerId: string): { first: string | null; last: string } {
  const { firstName, lastName } = name;
  if (lastName === null) return { first: null, last: cut(firstName ?? displayName(name, customerId), LAST_NAME_UNITS) };
  return { first: firstName === null ? null : cut(firstName, FIRST_NAME_UNITS), last: cut(lastName, LAST_NAME_UNITS) };
}
