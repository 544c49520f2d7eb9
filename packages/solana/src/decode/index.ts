/** `@countersign/solana/decode`: what a message does, from its bytes. Synchronous, no I/O, no code in common with the builder. */
export { type AccountFact, type AccountFacts, NO_FACTS } from './account-facts.ts';
export { accountsToRead } from './accounts-to-read.ts';
export { type CheckedLockdown, checkHandOver, checkLockdown, type KitNonce } from './check-kit.ts';
export { type DecodedCallMessage, decodeCall } from './decode-call.ts';
export { decodeInner } from './decode-inner.ts';
export { decodeMessage } from './decode-message.ts';
export { describeEffect } from './describe-effect.ts';
export { parseMessage } from './parse-message.ts';
export type { MessageConfig, ParsedAccount, ParsedInstruction, ParsedLookup, ParsedMessage } from './parsed-message.ts';
export { type ResolvedMessage, resolveMessage } from './resolve-message.ts';
export type { ResolvedAccount, ResolvedInstruction } from './resolved-instruction.ts';
export { showText } from './show-text.ts';
