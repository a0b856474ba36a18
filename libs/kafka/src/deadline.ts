import { CausewayError } from '#contracts';

/** Gives up on work that takes too long; the work itself goes on, so whatever it used must be thrown away. */
export async function withDeadline<T>(
  work: Promise<T>,
  { ms, what }: { readonly ms: number; readonly what: string },
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new CausewayError('KAFKA_UNREACHABLE', { details: { waited_ms: ms, what } })), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
