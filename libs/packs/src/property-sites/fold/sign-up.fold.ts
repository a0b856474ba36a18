import { cut, UNKNOWN_NAME, type FullName } from '#mapping';
import type { SignedUp } from '../events.ts';
import type { State } from '../state.ts';
import type { SitesFold } from './settled.fold.ts';

const LEAD = 'lead';
const LAST_NAME_UNITS = 80;

/** The first sign-up says where they came from; a later one may correct the address and bring them in. */
export const signedUp: SitesFold<SignedUp> = (state, { data, time }, tools) => {
  const address = 'address' in data.email ? data.email.address : null;
  if (address === null) tools.problem('invalid_value', 'email');
  const isLead = data.onboarding_state == null || data.onboarding_state.toLowerCase() === LEAD;
  if (state.signUp !== null) return { ...state, email: address ?? state.email, tracked: state.tracked || isLead };
  return {
    ...state,
    tracked: isLead,
    email: address,
    emailRefused: 'refused' in data.email ? data.email.refused : null,
    ...nameOf(data.full_name ?? null, address),
    signUp: {
      signedUpAt: data.signed_up_at ?? time,
      ip: data.ip ?? null,
      referrer: data.referrer ?? null,
      utmSource: data.utm_source ?? null,
      utmMedium: data.utm_medium ?? null,
      utmCampaign: data.utm_campaign ?? null,
    },
  };
};

/** A rep needs a name to say: the one that was given, else what the address tells. */
function nameOf(given: FullName | null, address: string | null): Pick<State, 'firstName' | 'lastName'> {
  if (given !== null) return { firstName: given.first, lastName: given.last };
  const told = address === null ? '' : nameInAddress(address);
  return { firstName: null, lastName: told === '' ? UNKNOWN_NAME : cut(told, LAST_NAME_UNITS) };
}

function nameInAddress(address: string): string {
  const [local = ''] = address.split('@');
  const words = (local.split('+')[0] ?? '')
    .replaceAll(/[._-]+/g, ' ')
    .trim()
    .split(' ');
  return words.map((word) => upperFirst(word)).join(' ');
}

function upperFirst(word: string): string {
  const [first = '', ...rest] = word;
  return `${first.toUpperCase()}${rest.join('')}`;
}
