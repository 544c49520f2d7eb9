import { ED25519, SECP256K1 } from '../addresses/programs.ts';
import { Malformed } from '../bytes/malformed.ts';
import type { InstructionDecoder } from '../scope.ts';

/**
 * Checks of signatures. They take keys, signatures and messages from any instruction of the transaction by offset, which a vault transaction
 * moves: no such check is understood.
 */
export const decodePrecompile: InstructionDecoder = ({ program }) => {
  const curve = program === ED25519 ? 'Ed25519' : program === SECP256K1 ? 'Secp256k1' : 'Secp256r1';
  throw new Malformed(`checks ${curve} signatures over bytes that lie in other instructions`);
};
