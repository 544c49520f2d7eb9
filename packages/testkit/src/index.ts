export { encodeFakeCall, type FakeCall } from './fake-call.ts';
export { createFakeChain, type FakeChain } from './fake-chain.ts';
export type { FakeChainControls } from './fake-chain-controls.ts';
export * from './fake-database/index.ts';
export { createFakeKeys, type FakeKeys } from './fake-keys.ts';
export { type Installed, installOnce, runTool } from './install-once.ts';
export { createSeededRandom, fnv1a, type SeededRandom } from './seeded-random.ts';
export { type FakeSources, liveSources } from './sources.ts';
export { createTestKey, type TestKey } from './test-key.ts';
