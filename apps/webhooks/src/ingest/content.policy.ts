/**
 * Content types that are taken. The CRM sends JSON (reference 7.2); that a body without a type, as text or as a form is taken too costs
 * nothing, since its token is checked all the same, and a change on the CRM's side does not lose notifications.
 */
const TAKEN =
  /^(application\/json|application\/[\w.+-]+\+json|text\/json|text\/plain|application\/x-www-form-urlencoded|application\/octet-stream)\s*(;|$)/i;

export function isTaken(contentType: string | undefined): boolean {
  return contentType === undefined || contentType.trim() === '' || TAKEN.test(contentType.trim());
}
