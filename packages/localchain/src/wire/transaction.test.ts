import { randomBytes } from 'node:crypto';
import {
  type Address,
  appendTransactionMessageInstructions,
  type Blockhash,
  compileTransaction,
  createTransactionMessage,
  getBase58Decoder,
  getTransactionEncoder,
  pipe,
  setTransactionMessageFeePayer,
  setTransactionMessageLifetimeUsingBlockhash,
} from '@solana/kit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseTransaction } from './transaction.ts';

const key = (): Address => getBase58Decoder().decode(randomBytes(32)) as Address;

function sample(version: 'legacy' | 0, accounts: number): Uint8Array {
  const instruction = {
    programAddress: key(),
    accounts: Array.from({ length: accounts }, (_, i) => ({ address: key(), role: (i % 4) as 0 | 1 | 2 | 3 })),
    data: randomBytes(accounts),
  };
  const message = pipe(
    createTransactionMessage({ version }),
    (m) => setTransactionMessageFeePayer(key(), m),
    (m) => setTransactionMessageLifetimeUsingBlockhash({ blockhash: key() as string as Blockhash, lastValidBlockHeight: 0n }, m),
    (m) => appendTransactionMessageInstructions([instruction], m),
  );
  return Uint8Array.from(getTransactionEncoder().encode(compileTransaction(message)));
}

describe('wire transactions', () => {
  test.each(['legacy', 0] as const)('reads what kit writes, version %s', (version) => {
    for (const accounts of [0, 1, 5, 12]) {
      const parsed = parseTransaction(sample(version, accounts));
      if (!parsed.ok) throw new Error(parsed.problem);
      expect(parsed.value.message.version).toBe(version);
      expect(parsed.value.message.staticKeys.length).toBe(accounts + 2);
      expect(parsed.value.message.instructions[0]?.data.length).toBe(accounts);
    }
  });

  test('a missing or a trailing byte is refused', () => {
    const bytes = sample(0, 3);
    expect(parseTransaction(bytes.subarray(0, -1)).ok).toBe(false);
    expect(parseTransaction(Uint8Array.from([...bytes, 0])).ok).toBe(false);
  });

  test('any bytes give an answer, never an exception', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(), fc.nat(255), (noise, at, byte) => {
        parseTransaction(noise);
        const mutated = sample(0, 4);
        mutated[at % mutated.length] = byte;
        parseTransaction(mutated);
      }),
    );
  });
});
