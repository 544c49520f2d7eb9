import { createHash } from 'node:crypto';
import type { Address } from '@countersign/core';
import { Refused } from '../refusal.ts';
import type { Claims } from './claims.ts';
import type { MessageInstruction, ParsedMessage } from './parse-message.ts';
import { SQUADS_PROGRAM } from './programs.ts';
import { SQUADS_ACCOUNTS, SQUADS_NAMES, type SquadsName } from './squads-accounts.ts';
import { readArguments, type SquadsArguments } from './squads-arguments.ts';

const DISCRIMINATOR_BYTES = 8;
/** Anchor: the first 8 bytes of SHA-256("global:" and the name in snake case). */
const NAME_OF: ReadonlyMap<string, SquadsName> = new Map(
  SQUADS_NAMES.map((name) => {
    const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replace(/v_2$/, 'v2');
    return [createHash('sha256').update(`global:${snake}`).digest('hex').slice(0, 16), name];
  }),
);

export interface SquadsInstruction<Name extends SquadsName = SquadsName> {
  readonly at: number;
  readonly name: Name;
  /** The accounts by role; `null` where an optional one is absent. */
  readonly roles: ReadonlyMap<string, Address | null>;
  /** Key indexes of accounts after the named ones (only `vaultTransactionExecute` has any). */
  readonly rest: readonly number[];
  readonly data: Name extends keyof SquadsArguments ? SquadsArguments[Name] : unknown;
  /** The account of a role that must be there. */
  account(role: string): Address;
}

/** Decodes one Squads instruction completely; anything but the known ones is `unknown_shape`. */
export function readSquads(message: ParsedMessage, instruction: MessageInstruction, claims: Claims): SquadsInstruction {
  const { at, data, accounts } = instruction;
  if (instruction.program !== SQUADS_PROGRAM) throw new Refused('unknown_shape', 'is not a Squads instruction', at);
  const name = NAME_OF.get(Buffer.from(data.subarray(0, DISCRIMINATOR_BYTES)).toString('hex'));
  if (name === undefined) throw new Refused('unknown_shape', 'is not a known Squads instruction', at);
  const layout = SQUADS_ACCOUNTS[name];
  const exact = name === 'vaultTransactionExecute' ? accounts.length >= layout.length : accounts.length === layout.length;
  if (!exact) throw new Refused('unknown_shape', `${name} has not its ${layout.length} accounts`, at);
  claims.program(instruction);
  const roles = new Map<string, Address | null>();
  for (const [position, { role, writable, signer, optional }] of layout.entries()) {
    const index = accounts[position] ?? 0;
    const key = message.keys[index];
    const absent = optional && key === SQUADS_PROGRAM;
    claims.account(index, absent ? {} : { writable, signer });
    roles.set(role, absent || key === undefined ? null : key);
  }
  return {
    at,
    name,
    roles,
    rest: accounts.slice(layout.length),
    data: readArguments(name, data.subarray(DISCRIMINATOR_BYTES)),
    account: (role) => {
      const key = roles.get(role);
      if (key === undefined || key === null) throw new Refused('unknown_shape', `${name} has no ${role}`, at);
      return key;
    },
  };
}

/** The instruction when it is of that name, with its typed arguments; `unknown_shape` otherwise. */
export function expectSquads<Name extends SquadsName>(instruction: SquadsInstruction | undefined, name: Name): SquadsInstruction<Name> {
  if (instruction?.name !== name) throw new Refused('unknown_shape', `${name} is not where it belongs`, instruction?.at ?? null);
  return instruction as SquadsInstruction<Name>;
}
