/** Local part from a letter, digit, `_`, `+` or `-`; domain 4 to 256 long; last label of 2 to 22 letters (reference 9). */
export function isEmail(text: string): boolean {
  const at = text.lastIndexOf('@');
  const domain = text.slice(at + 1);
  if (at < 1 || domain.length < 4 || domain.length > 256) return false;
  return (
    /^[\p{L}\p{N}_+-][\p{L}\p{N}_+.'&%/=-]*$/u.test(text.slice(0, at)) &&
    /^([\p{L}\p{N}_]([\p{L}\p{N}_-]*[\p{L}\p{N}_])?\.)+\p{L}{2,22}$/u.test(domain)
  );
}

/** An optional plus, then letters and digits with single space, dot, dash, slash or bracket between and around them. */
export function isPhone(text: string): boolean {
  return /^\+?(?=.*[\p{L}\p{N}])[\p{L}\p{N}\s.\-/()]+$/u.test(text);
}

/** A web address with or without its scheme. */
export function isWebsite(text: string): boolean {
  return /^((https?|ftp):\/\/)?([\p{L}\p{N}_-]+(:[^\s@]*)?@)?[\p{L}\p{N}_-]+(\.[\p{L}\p{N}_-]+)+(:\d{1,5})?([/?#]\S*)?$/iu.test(
    text,
  );
}
