/** `@countersign/solana/decode`: what a message does, from its bytes. Synchronous, no I/O, no code in common with the builder. */
export { decodeMessage } from './decode-message.ts';
export { describeEffect } from './describe-effect.ts';
export { type ParsedAccount, type ParsedInstruction, type ParsedMessage, parseMessage } from './parse-message.ts';
export { showText } from './show-text.ts';
