/**
 * One line that is written over, for people who wait; silent where nobody watches, so that logs and pipes stay clean. At its end it takes
 * itself away, and what is said next stands at the beginning of a line.
 */
export interface ProgressLine {
  /** `of`: all there is; left out where that is not known. */
  show(done: number, of?: number): void;
  end(): void;
}

const WIDTH = 30;

/** As much of a stream as a line of progress needs. */
type Terminal = Pick<NodeJS.WriteStream, 'isTTY' | 'write'>;

export function progressLine(what: string, to: Terminal = process.stderr): ProgressLine {
  if (!to.isTTY) return { show: () => undefined, end: () => undefined };
  let isShown = false;
  return {
    show: (done, of) => {
      to.write(`\r\u001B[K${lineOf(what, { done, of })}`);
      isShown = true;
    },
    end: () => {
      if (isShown) to.write('\r\u001B[K');
      isShown = false;
    },
  };
}

function lineOf(what: string, { done, of }: { readonly done: number; readonly of: number | undefined }): string {
  if (of === undefined || of === 0) return `${what}: ${done}`;
  const filled = Math.min(WIDTH, Math.floor((done / of) * WIDTH));
  return `${what} [${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}] ${done} of ${of}`;
}
