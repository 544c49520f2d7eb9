import type { MessageRecipe } from '../bytes/build-message.ts';
import type { InstructionRecipe } from '../bytes/recipe.ts';

/** What a case must come to. docs: vectors/attacks/README.md. */
export type Verdict =
  | 'DENY'
  | 'ESC'
  | 'ALLOW'
  | 'COUNT'
  | 'FREEZE'
  | 'ONCE'
  | '400'
  | '401'
  | '403'
  | '404'
  | '409'
  | '421'
  | '422'
  | '429'
  | '503';

/** An account that is on the chain before a case begins. */
export type Setup =
  | {
      readonly set: 'table';
      readonly account: string;
      readonly addresses: readonly string[];
      readonly owner?: string;
      readonly deactivatedAt?: string;
    }
  | { readonly set: 'bytes'; readonly account: string; readonly owner: string; readonly data: string }
  | { readonly set: 'nonce'; readonly account: string; readonly authority: string }
  | {
      readonly set: 'tokens';
      readonly mint: string;
      readonly holder: string;
      readonly amount: string;
      readonly owner?: string;
      readonly delegate?: string;
      readonly delegated?: string;
      readonly closeAuthority?: string;
    }
  | { readonly set: 'tokenAccount'; readonly account: string; readonly mint: string; readonly owner: string }
  | { readonly set: 'mint'; readonly mint: string; readonly decimals?: number }
  | { readonly set: 'mint2022'; readonly mint: string; readonly extensions?: readonly string[] };

interface Common {
  readonly name?: string;
  readonly expect?: Verdict | readonly Verdict[];
  readonly policy?: string;
  readonly setup?: readonly Setup[];
  readonly each?: { readonly [variable: string]: readonly unknown[] };
  /** Only with COUNTERSIGN_CORPUS=full. */
  readonly full?: boolean;
  /** Asked, and not done. */
  readonly dryOnly?: boolean;
  /** Rules of which each has to be among the objections. */
  readonly rules?: readonly string[];
  /** The message or messages for the model wallet, base64, in the order of `each`. */
  readonly bytes?: readonly string[];
}
export type Role = 'agent' | 'operator' | 'owner' | 'nobody';
export type Body = { readonly [field: string]: unknown };

export type Try = Common &
  (
    | { readonly do: 'message'; readonly message: MessageRecipe; readonly then?: 'landed' }
    | {
        readonly do: 'payment';
        readonly payment: { readonly asset: string; readonly amount: string; readonly recipient: string; readonly memo?: string };
        readonly then?: 'landed';
        /** A name whose whole address the objections show. */
        readonly shows?: string;
      }
    | { readonly do: 'request'; readonly body: Body }
    | { readonly do: 'raw'; readonly body: string }
    | {
        readonly do: 'route';
        readonly method?: string;
        readonly path: string;
        readonly as?: Role;
        readonly headers?: { readonly [name: string]: string };
        readonly body?: Body;
      }
    | { readonly do: 'policy'; readonly change?: Body; readonly without?: string; readonly code?: string }
    | { readonly do: 'policyText'; readonly text?: string; readonly from?: string; readonly to?: string }
    | SignerTry
    | { readonly do: 'signerOp'; readonly op: string; readonly fields: Body; readonly codes: readonly string[] }
    | { readonly do: 'signerBytes'; readonly kind: SignerKind; readonly hex: string; readonly codes: readonly string[] }
    | { readonly do: 'run'; readonly run: string; readonly with: Body }
  );

export type SignerKind = 'spend' | 'with_owner' | 'step_back' | 'fee';
/** A message that a compromised API hands to the signer: a good one that is changed, or one from nothing. */
export interface SignerTry {
  readonly do: 'signer';
  readonly kind: SignerKind;
  readonly codes: readonly string[];
  readonly base?: 'spend' | 'proposal';
  readonly before?: readonly InstructionRecipe[];
  readonly after?: readonly InstructionRecipe[];
  /** In the place of all instructions. */
  readonly only?: MessageRecipe['instructions'];
  /** How many instructions stay. */
  readonly keep?: number;
  /** Accounts that become others: by name, everywhere or in the last instruction. */
  readonly swap?: { readonly [from: string]: string };
  readonly swapLast?: { readonly [from: string]: string };
  readonly to?: string;
  readonly amount?: string;
  readonly ephemeralSigners?: number;
}

export interface AttackCase {
  readonly case: number;
  readonly title: string;
  /** The verdict of ATTACKS.md, in its words. */
  readonly stated: string;
  readonly expect: Verdict;
  /** Why the verdict differs, or why the case has no surface here. */
  readonly why?: string;
  /** Server, signer (enclave), chain. */
  readonly layers: string;
  readonly policy?: string;
  readonly setup?: readonly Setup[];
  readonly tries: readonly Try[];
}
export interface Section {
  readonly section: number;
  readonly title: string;
  readonly cases: readonly AttackCase[];
}
