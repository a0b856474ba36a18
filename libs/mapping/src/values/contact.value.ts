import { read, type Kind, type Read } from './read.value.ts';
import { text } from './text.value.ts';

const EMAIL =
  /^[\p{L}\p{N}_+-][\p{L}\p{M}\p{N}!#$%&'*+/=?^_{|}~.-]*@([\p{L}\p{M}\p{N}]([\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?\.)+\p{L}{2,22}$/u;
const PHONE = /^\+?[0-9A-Za-z(]([0-9A-Za-z .\-/()]*[0-9A-Za-z)])?$/;
const WEB_ADDRESS = /^https?:\/\/[^\s/?#@]+([/?#]\S*)?$/iu;
const HTTPS = /^https:/i;

const EMAIL_UNITS = 100;
const PHONE_UNITS = 30;
const URL_UNITS = 450;

/** Kind *e-mail*: lower case, at most 100 units, within Zoho's own rule so that one bad field costs no record. */
export function email(input: unknown): Read<string> {
  const given = text(input);
  if (given.is !== 'value') return given;
  const address = given.value.toLowerCase();
  return address.length <= EMAIL_UNITS && EMAIL.test(address) ? read.value(address) : read.invalid;
}

/** Kind *phone*: at most 30 units with at least one digit; no country is guessed. */
export function phone(input: unknown): Read<string> {
  const given = text(input);
  if (given.is !== 'value') return given;
  const usable = given.value.length <= PHONE_UNITS && PHONE.test(given.value) && /[0-9]/.test(given.value);
  return usable ? given : read.invalid;
}

/** Kind *URL*: at most 450 units, sent as it is. */
export function url(input: unknown): Read<string> {
  const given = text(input);
  if (given.is !== 'value') return given;
  return given.value.length <= URL_UNITS && WEB_ADDRESS.test(given.value) ? given : read.invalid;
}

/** An *https URL*. */
export const httpsUrl: Kind<string> = (input) => {
  const given = url(input);
  return given.is === 'value' && !HTTPS.test(given.value) ? read.invalid : given;
};
