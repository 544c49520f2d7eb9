import { generateKeyPairSync, sign } from 'node:crypto';
import { encodeBase58 } from '@countersign/core';
import type { ApprovalView, CountersignClient } from '@countersign/sdk';
import { answerOrThrow } from '../../tools/start/demo/answer-or-throw.ts';

/** An owner who signs at once and without reading: what is measured is the service. */
export interface BenchOwner {
  readonly address: string;
  consent(operator: CountersignClient, approval: string): Promise<ApprovalView>;
}

export function makeBenchOwner(): BenchOwner {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  const signed = (bytes: Uint8Array): string => encodeBase58(sign(null, bytes, privateKey));
  return {
    address: encodeBase58(raw),
    async consent(operator, approval) {
      const { statement, messages } = answerOrThrow('the approval cannot be prepared', await operator.prepareApproval(approval));
      const given = {
        statementSignature: statement === null ? null : signed(Buffer.from(statement)),
        messageSignatures: messages.map((message) => signed(Buffer.from(message, 'base64'))),
      };
      return answerOrThrow('the approval was not taken', await operator.approve(approval, given));
    },
  };
}
