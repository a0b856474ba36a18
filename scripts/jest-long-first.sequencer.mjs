/** Specs that start servers and processes first: one of them begun last would keep a single worker busy after all others are done. */
const ORDER = [/\/test\/resilience\//, /\/test\/e2e\//, /\.kafka\.spec\.ts$/, /\/test\//, /\.pg\.spec\.ts$/];

const rankOf = ({ path }) => {
  const rank = ORDER.findIndex((pattern) => pattern.test(path));
  return rank < 0 ? ORDER.length : rank;
};

export default class LongFirstSequencer {
  sort(tests) {
    return [...tests].sort((a, b) => rankOf(a) - rankOf(b) || a.path.localeCompare(b.path));
  }

  /** Every n-th, so that each shard has its part of the long ones. */
  shard(tests, { shardIndex, shardCount }) {
    return this.sort(tests).filter((_, index) => index % shardCount === shardIndex - 1);
  }

  /** For `--onlyFailures`, which is not used here: no results are kept. */
  allFailedTests() {
    return [];
  }

  cacheResults() {}
}
