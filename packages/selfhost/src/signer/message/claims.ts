import { Refused } from '../refusal.ts';
import type { MessageInstruction, ParsedMessage } from './parse-message.ts';

export interface ClaimedRole {
  readonly writable?: boolean;
  readonly signer?: boolean;
}

/** Collects why each account of a message is there, so that the header can be held against it. */
export interface Claims {
  account(index: number, role: ClaimedRole): void;
  program(instruction: MessageInstruction): void;
  /** Refuses an account that no instruction uses, and a signer or writable flag that no instruction needs or that one lacks. */
  assertExact(): void;
}

export function createClaims(message: ParsedMessage): Claims {
  const roles = message.keys.map((_, index) => ({ used: index === 0, signer: index === 0, writable: index === 0 }));
  const claim = (index: number, { writable = false, signer = false }: ClaimedRole): void => {
    const role = roles[index];
    if (!role) return;
    role.used = true;
    role.writable ||= writable;
    role.signer ||= signer;
  };
  return {
    account: claim,
    program: ({ programIndex }) => claim(programIndex, {}),
    assertExact: () => {
      for (const [index, role] of roles.entries()) {
        if (!role.used) throw new Refused('unknown_shape', `account ${index} is used by no instruction`);
        if (role.signer !== message.isSigner(index))
          throw new Refused('unknown_shape', `account ${index} has not the signer flag of its role`);
        if (role.writable !== message.isWritable(index))
          throw new Refused('unknown_shape', `account ${index} has not the writable flag of its role`);
      }
    },
  };
}
