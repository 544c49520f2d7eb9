export { createFakeChain, type FakeChain } from './fake-chain.ts';
export { createFakeKeys, type FakeKeys } from './fake-keys.ts';
export { createTestKey, type TestKey } from './test-key.ts';
