/** One line that is written over, for people who wait; silent where nobody watches, so that logs and pipes stay clean. */
export interface ProgressLine {
  /** `of`: all there is; left out where that is not known. */
  show(done: number, of?: number): void;
  end(): void;
}

const WIDTH = 30;

export function progressLine(what: string, to: NodeJS.WriteStream = process.stderr): ProgressLine {
  if (!to.isTTY) return { show: () => undefined, end: () => undefined };
  return {
    show: (done, of) => void to.write(`\r\u001B[K${lineOf(what, { done, of })}`),
    end: () => void to.write('\r\u001B[K'),
  };
}

function lineOf(what: string, { done, of }: { readonly done: number; readonly of: number | undefined }): string {
  if (of === undefined || of === 0) return `${what}: ${done}`;
  const filled = Math.min(WIDTH, Math.floor((done / of) * WIDTH));
  return `${what} [${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}] ${done} of ${of}`;
}
