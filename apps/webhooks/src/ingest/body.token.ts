/** `"token":"..."` or `token=...`, in a body that cannot be read as JSON. */
const IN_TEXT = /"token"\s*:\s*"([^"\\]{1,200})"|(?:^|&)token=([^&\s]{1,200})/;

/**
 * The channel's token as a body names it. One that cannot be read is looked through for it, so that a body whose form we do not know
 * (yet) is kept for a later parser when it comes from the CRM, and refused when it does not. Empty: there is none.
 */
export function tokenOf(body: Buffer): string {
  let json: unknown;
  try {
    json = JSON.parse(body.toString('utf8'));
  } catch {
    const [, quoted, field] = IN_TEXT.exec(body.toString('latin1')) ?? [];
    return quoted ?? field ?? '';
  }
  // No more of it is looked at while somebody waits for the answer.
  const token = typeof json === 'object' && json !== null && 'token' in json ? json.token : undefined;
  return typeof token === 'string' ? token : '';
}
