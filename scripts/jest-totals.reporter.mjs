/** Prints the plain closing line `N passed, N failed` after Jest's own summary, for scripts that read it. */
export default class TotalsReporter {
  onRunComplete(_contexts, results) {
    // A suite that does not even load has no failed test in it, yet nothing of it passed: count it as one failure.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests > 0 ? `, ${results.numPendingTests} skipped` : '';
    const line = `${results.numPassedTests} passed, ${failed} failed${skipped}\n`;
    // Jest's own summary reporter comes after every other one; the line has to stand behind it.
    process.once('exit', () => process.stdout.write(line));
  }
}
