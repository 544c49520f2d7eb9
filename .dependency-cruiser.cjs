/** Who may import whom. Each rule has a planted violation in tools/gates.test.ts that proves that it bites. */
const TESTS = '\\.test\\.ts$|/test/|/test-support/|/testing/';
const NODE_EFFECTS =
  '^(node:)?(fs|fs/promises|net|http|https|http2|tls|dgram|dns|child_process|cluster|worker_threads|os|process|readline|timers|timers/promises|repl|vm|inspector|sqlite)$';
const ADAPTERS = 'solana|postgres|selfhost|cloud|localchain';

/** An adapter imports core and its libraries, never another package of ours. */
const adapter = (name) => ({
  name: `${name}-imports-core-only`,
  comment: 'An adapter imports core and its libraries, never another adapter.',
  severity: 'error',
  from: { path: `^packages/${name}/`, pathNot: TESTS },
  to: { path: '^packages/', pathNot: `^packages/(core|${name})/` },
});

module.exports = {
  forbidden: [
    {
      name: 'domain-imports-domain-only',
      comment: 'The domain depends on nothing but itself (and on libraries that compute).',
      severity: 'error',
      from: { path: '^packages/core/src/domain/', pathNot: TESTS },
      to: { path: '^packages/', pathNot: '^packages/core/src/domain/' },
    },
    {
      name: 'ports-import-domain-only',
      severity: 'error',
      from: { path: '^packages/core/src/ports/', pathNot: TESTS },
      to: { path: '^packages/', pathNot: '^packages/core/src/(domain|ports)/' },
    },
    {
      name: 'services-import-domain-and-ports-only',
      severity: 'error',
      from: { path: '^packages/core/src/services/', pathNot: TESTS },
      to: { path: '^packages/', pathNot: '^packages/core/src/(domain|ports|services)/' },
    },
    {
      name: 'core-has-no-effects',
      comment: 'No I/O, no clock, no environment in core; node:crypto computes only, and randomness is a port.',
      severity: 'error',
      from: { path: '^packages/core/src/', pathNot: TESTS },
      to: { path: `${NODE_EFFECTS}|(^|/)node_modules/(pg|pg-boss|kysely|fastify|@solana|sodium-native|pino)(/|$)` },
    },
    adapter('postgres'),
    adapter('selfhost'),
    adapter('cloud'),
    adapter('localchain'),
    adapter('solana'),
    {
      name: 'selfhost-not-to-solana',
      comment: 'The signer decodes by itself (I1): it shares no code with what built the bytes, not even in tests of its source.',
      severity: 'error',
      from: { path: '^packages/selfhost/src/', pathNot: TESTS },
      to: { path: '^packages/solana/|(^|/)node_modules/@solana' },
    },
    {
      name: 'decode-shares-nothing-with-build',
      comment: 'INVARIANT I6: what the owner sees is decoded by code that shares nothing with the code that built it.',
      severity: 'error',
      from: { path: '^packages/solana/src/decode/', pathNot: TESTS },
      to: { path: '^packages/solana/(src/(?!decode/)|generated/)|(^|/)node_modules/(@solana-program/|@solana/|@sqds/)' },
    },
    {
      name: 'only-compose-names-adapters',
      severity: 'error',
      from: { path: '^packages/api/src/', pathNot: `^packages/api/src/compose\\.ts$|${TESTS}` },
      to: { path: `^packages/(${ADAPTERS}|testkit)/` },
    },
    {
      name: 'sdk-imports-core-only',
      severity: 'error',
      from: { path: '^packages/sdk/', pathNot: TESTS },
      to: { path: '^packages/', pathNot: '^packages/(core|sdk)/' },
    },
    {
      name: 'cli-imports-sdk-core-owner-and-decoder',
      comment:
        'The CLI talks to the service through the SDK; from the adapters it takes the keys of the owner, the decoder, and what works without the service.',
      severity: 'error',
      from: { path: '^packages/cli/', pathNot: TESTS },
      to: {
        path: '^packages/',
        pathNot:
          '^packages/(cli|sdk|core)/|^packages/selfhost/src/(index\\.ts$|owner/|memory/)|^packages/cloud/src/index\\.ts$|^packages/solana/src/(decode|owner-tools)/',
      },
    },
    {
      name: 'nobody-imports-tools',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^(tools|bench)/' },
    },
    {
      name: 'no-test-code-in-products',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: `^packages/testkit/|${TESTS}` },
      to: { path: `^packages/testkit/|(^|/)node_modules/(vitest|fast-check)(/|$)` },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: { path: '^(packages|tools|bench)/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules|/generated/' },
    exclude: { path: '(^|/)(\\.types|target|data)/' },
    tsPreCompilationDeps: true,
    parser: 'swc',
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.mts', '.mjs', '.js', '.cjs', '.json'],
    },
  },
};
