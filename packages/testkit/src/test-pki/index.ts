export { type AttestationTerms, createTestPki, type TestPki } from './test-pki.ts';
