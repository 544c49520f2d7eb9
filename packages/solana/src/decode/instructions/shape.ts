import type { Address, Effect } from '@countersign/core';
import type { ByteReader } from '../bytes/byte-reader.ts';
import { Malformed } from '../bytes/malformed.ts';
import type { ResolvedAccount, ResolvedInstruction } from '../resolved-instruction.ts';
import type { Scope } from '../scope.ts';
import { isOurs, isTokenProgram } from '../wallet-accounts.ts';
import { type Named, type Role, readAccounts, readLeadingAccounts } from './read-accounts.ts';

/** One kind of instruction of a program. */
export interface Shape {
  readonly name: string;
  decode(instruction: ResolvedInstruction, args: ByteReader, position: number, scope: Scope): readonly Effect[];
}

/** An instruction being decoded: everything that says what it does. */
export interface Step<Roles extends readonly Role[], Args> {
  readonly program: Address;
  /** Such as `System Transfer`. */
  readonly name: string;
  readonly accounts: Named<Roles>;
  /** Accounts after those of the roles. */
  readonly more: readonly ResolvedAccount[];
  readonly args: Args;
  readonly position: number;
  readonly scope: Scope;
}
export type AnyStep = Step<readonly Role[], unknown>;

/**
 * An instruction that takes accounts in these roles and no others, and whose data after its discriminator is what `read` reads, to the last
 * byte. `more`: further accounts may follow.
 */
export function shape<const Roles extends readonly Role[], Args>(
  name: string,
  roles: Roles,
  read: (args: ByteReader) => Args,
  effects: (step: Step<Roles, Args>) => readonly Effect[],
  more: 'none' | 'more' = 'none',
): Shape {
  return {
    name,
    decode: (instruction, reader, position, scope) => {
      const accounts = more === 'more' ? readLeadingAccounts(instruction, roles) : readAccounts(instruction, roles);
      const args = read(reader);
      reader.end();
      return effects({
        program: instruction.program,
        name,
        accounts,
        more: instruction.accounts.slice(roles.length),
        args,
        position,
        scope,
      });
    },
  };
}

/** An instruction whose arguments are not looked at: it is never permitted on anything of the wallet. */
export function refusedShape(name: string, words: string): Shape {
  return {
    name,
    decode: (instruction, _args, position, scope) => {
      const accounts = instruction.accounts.map(({ address }) => address);
      return refused({ program: instruction.program, name, accounts, more: [], args: null, position, scope }, words);
    },
  };
}

/** For `read` where there are no arguments. */
export const nothing = (): null => null;

/**
 * What an instruction does that does not concern the vault: among calls of other programs it is foreign where none of these accounts is of
 * this wallet; everywhere else, and where one is, it is not understood. Throws `Malformed`.
 */
export function foreign({ program, name, accounts, position, scope }: AnyStep, concerned: readonly Address[]): readonly Effect[] {
  if (scope.standing !== 'called') throw new Malformed(`is ${name} for something that is not the vault's`);
  const [subject] = accounts;
  // Token programs write to their first account: whose that is has to be known.
  if (concerned.length > 0 && isTokenProgram(program) && subject !== undefined && scope.facts.peek(subject) === undefined)
    throw new Malformed(`is ${name} for ${subject}, which was not read`);
  const ours = concerned.find((each) => isOurs(scope, each));
  if (ours !== undefined) throw new Malformed(`is ${name}, which concerns ${ours} of this wallet`);
  return [{ kind: 'foreign', instruction: position, program, what: name }];
}

/** An instruction that is understood and never permitted: unknown in these words, or foreign where it concerns nothing of this wallet. */
export function refused(step: AnyStep, words: string, concerned?: readonly Address[]): readonly Effect[] {
  const all = concerned ?? [...step.accounts, ...step.more.map(({ address }) => address)];
  if (step.scope.standing === 'called' && !all.some((each) => isOurs(step.scope, each))) return foreign(step, all);
  throw new Malformed(`is ${step.name}: it ${words}`);
}

/** A change of authority, or foreign where it concerns nothing of this wallet. */
export function authorityChange(
  step: AnyStep,
  account: Address,
  authority: string,
  to: Address | null,
  concerned?: readonly Address[],
): readonly Effect[] {
  const all = concerned ?? [...step.accounts, ...step.more.map(({ address }) => address), ...(to === null ? [] : [to])];
  if (step.scope.standing === 'called' && !all.some((each) => isOurs(step.scope, each))) return foreign(step, all);
  return [{ kind: 'authority_change', instruction: step.position, account, authority, to }];
}
