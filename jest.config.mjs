/** Jest runs TypeScript through swc as ES modules; `source` makes `#lib` imports resolve to the sources. */
export default {
  testMatch: ['<rootDir>/{apps,libs,scripts,test}/**/*.spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        sourceMaps: 'inline',
        jsc: {
          target: 'es2024',
          parser: { syntax: 'typescript', decorators: true },
          experimental: { keepImportAttributes: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'es6' },
      },
    ],
  },
  moduleNameMapper: {
    // One seed for all properties, and the means to give others: see there.
    '^fast-check$': '<rootDir>/scripts/jest-fast-check.mjs',
    '^ajv/dist/2020\\.js$': '<rootDir>/scripts/jest-lazy-ajv.cjs',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/bin/'],
  // Long, because a machine that does other things as well takes half a minute to start a few processes.
  testTimeout: 240_000,
  // One more than cores: most of the time a test waits for a server or a process.
  maxWorkers: 3,
  testSequencer: '<rootDir>/scripts/jest-long-first.sequencer.mjs',
  reporters: ['default', '<rootDir>/scripts/jest-totals.reporter.mjs'],
};
