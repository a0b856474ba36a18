/** Who may import whom (DESIGN.md section 4, ARCHITECTURE.md "Direction"). `libs` are entered through their index alone. */
const lib = (...names) => `^libs/(${names.join('|')})/`;

/** A lib may import these libs and no others. */
const ALLOWED = {
  contracts: [],
  config: ['contracts'],
  observability: ['contracts'],
  mapping: ['contracts'],
  packs: ['contracts', 'mapping'],
  postgres: ['contracts', 'config', 'observability'],
  replication: ['contracts', 'config', 'observability', 'postgres'],
  inbox: ['contracts', 'config', 'observability', 'postgres'],
  outbox: ['contracts', 'config', 'observability', 'postgres'],
  ledger: ['contracts', 'config', 'observability', 'postgres'],
  kafka: ['contracts', 'config', 'observability'],
  zoho: ['contracts', 'config', 'observability'],
  connections: ['contracts', 'config', 'observability', 'postgres', 'mapping', 'zoho', 'ledger'],
  folding: ['contracts', 'config', 'observability', 'postgres', 'mapping', 'inbox', 'outbox', 'ledger'],
  workers: ['contracts', 'config', 'observability'],
  system: [
    'contracts',
    'config',
    'observability',
    'postgres',
    'kafka',
    'mapping',
    'packs',
    'connections',
    'zoho',
    'stack',
    'ledger',
  ],
  operations: [
    'replication',
    'contracts',
    'config',
    'observability',
    'postgres',
    'kafka',
    'mapping',
    'packs',
    'connections',
    'zoho',
    'ledger',
    'folding',
    'system',
  ],
  stack: ['contracts', 'config', 'observability'],
};

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'A cycle has no first part to understand.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'libs-never-import-apps',
      comment: 'Libs are what apps are made of.',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^apps/' },
    },
    {
      name: 'apps-never-import-apps',
      comment: 'Apps meet over Postgres, Kafka and HTTP. Specs may start the simulator.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'lib-through-its-index',
      comment: 'What is not in the index is not promised.',
      severity: 'error',
      from: { path: '^(?:apps|test|scripts)/|^libs/([^/]+)/' },
      to: { path: '^libs/[^/]+/src/', pathNot: ['^libs/[^/]+/src/index\\.ts$', '^libs/$1/'] },
    },
    {
      name: 'testing-in-specs-only',
      comment: 'Helpers of tests must not reach a product.',
      severity: 'error',
      from: { pathNot: ['\\.spec\\.ts$', '^libs/testing/', '^test/', '^(apps|libs)/[^/]+/test/'] },
      to: { path: '^libs/testing/' },
    },
    {
      name: 'mapping-is-pure',
      comment:
        'No I/O, no clock, no randomness in a fold: it is replayed. The loader of packs from a folder is the exception.',
      severity: 'error',
      from: {
        path: '^libs/(mapping|packs)/',
        pathNot: ['\\.spec\\.ts$', 'packs\\.(registry|loader)\\.ts$', '\\.loader\\.ts$'],
      },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'simulator-knows-no-client',
      comment:
        'Both sides are built from the reference independently, so that one cannot repeat the mistake of the other.',
      severity: 'error',
      from: { path: '^apps/simulator/' },
      to: { path: lib('zoho', 'ledger', 'mapping', 'packs', 'connections') },
    },
    ...Object.entries(ALLOWED).map(([name, allowed]) => ({
      name: `${name}-imports`,
      comment: `libs/${name} may import ${allowed.length === 0 ? 'no other lib' : allowed.join(', ')}.`,
      severity: 'error',
      from: { path: `^libs/${name}/`, pathNot: ['\\.spec\\.ts$', `^libs/${name}/test/`] },
      to: { path: '^libs/', pathNot: [`^libs/${name}/`, ...(allowed.length === 0 ? [] : [lib(...allowed)])] },
    })),
    {
      name: 'not-to-unresolvable',
      comment: 'An import that cannot be resolved hides from every other rule.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.json'],
    },
  },
};
