const FORM = /^[a-zA-Z0-9._-]{1,249}$/;

/** Whether Kafka takes a topic of this name. */
export function isTopicName(name: string): boolean {
  return FORM.test(name) && name !== '.' && name !== '..';
}
