import type { Effect } from '@countersign/core';
import { ByteReader } from '../bytes/byte-reader.ts';
import { hashPrefix } from '../bytes/hash-prefix.ts';
import { Malformed } from '../bytes/malformed.ts';
import type { ResolvedInstruction } from '../resolved-instruction.ts';
import type { InstructionDecoder, Scope } from '../scope.ts';
import { authorityChange, nothing, refused, refusedShape, type Shape, shape } from './shape.ts';
import { BATCH, decodeBatch } from './token.ts';
import { extensionTypes, nonZeroAddress, optionalAddress } from './token-args.ts';
import { tokenInstructions } from './token-instructions.ts';
import { moveTokens } from './token-moves.ts';

const refuse = (name: string, words: string): Shape => refusedShape(`Token-2022 ${name}`, words);

/** Instructions beside those of the classic program, by number (spl-token-2022-interface). */
const ALONE: ReadonlyMap<number, Shape> = new Map<number, Shape>([
  ...tokenInstructions('Token-2022', 18),
  [
    25,
    shape('Token-2022 InitializeMintCloseAuthority', ['w'], optionalAddress, (step) =>
      authorityChange(step, step.accounts[0], 'mint close authority', step.args),
    ),
  ],
  [
    29,
    shape(
      'Token-2022 Reallocate',
      ['w', 'ws', '-', 's'],
      extensionTypes,
      (step) => refused(step, `makes room for extensions in ${step.accounts[0]}`),
      'more',
    ),
  ],
  [31, refuse('CreateNativeMint', 'makes the mint of wrapped SOL')],
  [
    32,
    shape('Token-2022 InitializeNonTransferableMint', ['w'], nothing, (step) =>
      refused(step, `makes tokens of ${step.accounts[0]} stay where they are`),
    ),
  ],
  [
    35,
    shape(
      'Token-2022 InitializePermanentDelegate',
      ['w'],
      (args) => args.address(),
      (step) => authorityChange(step, step.accounts[0], 'permanent delegate', step.args),
    ),
  ],
]);

const hookProgram = shape(
  'Token-2022 TransferHook Update',
  ['w', 's'],
  nonZeroAddress,
  (step) => authorityChange(step, step.accounts[0], 'transfer hook program', step.args),
  'more',
);

/** Tokens sent with the fee that the sender expects: what leaves is the gross amount. */
const transferWithFee = shape(
  'Token-2022 TransferCheckedWithFee',
  ['w', '-', 'w', 's'],
  (args) => ({ amount: args.u64(), decimals: args.u8(), fee: args.u64() }),
  (step) => {
    const [source, mint, destination, authority] = step.accounts;
    const { amount, decimals, fee } = step.args;
    if (fee > amount) throw new Malformed('has a fee above its amount');
    return moveTokens(step, { source, mint, destination, authority, amount, decimals });
  },
  'more',
);

/** Instructions of extensions: u8 number of the extension, u8 number of the instruction. */
const EXTENSIONS: ReadonlyMap<number, readonly Shape[]> = new Map<number, readonly Shape[]>([
  [
    26,
    [
      refuse('InitializeTransferFeeConfig', 'sets up transfer fees of a mint'),
      transferWithFee,
      refuse('WithdrawWithheldTokensFromMint', 'collects transfer fees'),
      refuse('WithdrawWithheldTokensFromAccounts', 'collects transfer fees'),
      refuse('HarvestWithheldTokensToMint', 'collects transfer fees'),
      refuse('SetTransferFee', 'changes the transfer fee of a mint'),
    ],
  ],
  [
    27,
    [
      'InitializeMint',
      'UpdateMint',
      'ConfigureAccount',
      'ApproveAccount',
      'EmptyAccount',
      'Deposit',
      'Withdraw',
      'Transfer',
      'ApplyPendingBalance',
      'EnableConfidentialCredits',
      'DisableConfidentialCredits',
      'EnableNonConfidentialCredits',
      'DisableNonConfidentialCredits',
      'TransferWithFee',
      'ConfigureAccountWithRegistry',
    ].map((name) => refuse(`ConfidentialTransfer ${name}`, 'handles amounts that nobody can see')),
  ],
  [28, ['Initialize', 'Update'].map((name) => refuse(`DefaultAccountState ${name}`, 'says whether new accounts of a mint are frozen'))],
  [
    30,
    [refuse('MemoTransfer Enable', 'makes an account require memos'), refuse('MemoTransfer Disable', 'makes an account require no memos')],
  ],
  [33, ['Initialize', 'UpdateRate'].map((name) => refuse(`InterestBearingMint ${name}`, 'changes the interest of a mint'))],
  [34, ['Enable', 'Disable'].map((name) => refuse(`CpiGuard ${name}`, 'changes what programs may do with an account'))],
  [36, [refuse('TransferHook Initialize', 'has another program called at every transfer of a mint'), hookProgram]],
  [
    37,
    [
      'InitializeConfidentialTransferFeeConfig',
      'WithdrawWithheldTokensFromMint',
      'WithdrawWithheldTokensFromAccounts',
      'HarvestWithheldTokensToMint',
      'EnableHarvestToMint',
      'DisableHarvestToMint',
    ].map((name) => refuse(`ConfidentialTransferFee ${name}`, 'handles fees that nobody can see')),
  ],
  [39, ['Initialize', 'Update'].map((name) => refuse(`MetadataPointer ${name}`, 'says where the metadata of a mint are'))],
  [40, ['Initialize', 'Update'].map((name) => refuse(`GroupPointer ${name}`, 'says which group a mint is'))],
  [41, ['Initialize', 'Update'].map((name) => refuse(`GroupMemberPointer ${name}`, 'says which group a mint is in'))],
  [
    42,
    ['InitializeMint', 'RotateSupplyElGamalPubkey', 'UpdateDecryptableSupply', 'Mint', 'Burn', 'ApplyPendingBurn'].map((name) =>
      refuse(`ConfidentialMintBurn ${name}`, 'handles amounts that nobody can see'),
    ),
  ],
  [43, ['Initialize', 'UpdateMultiplier'].map((name) => refuse(`ScaledUiAmount ${name}`, 'changes which amounts of a mint are shown'))],
  [44, ['Initialize', 'Pause', 'Resume'].map((name) => refuse(`Pausable ${name}`, 'decides whether a token can move'))],
  [
    46,
    ['Initialize', 'Burn', 'BurnChecked', 'ConfidentialBurn'].map((name) =>
      refuse(`PermissionedBurn ${name}`, 'burns tokens under an authority'),
    ),
  ],
]);

/** Interfaces that the program also answers to, by 8 bytes: the first of sha256("<interface>:<instruction>"), hex. */
const INTERFACES: ReadonlyMap<string, Shape> = new Map(
  [
    ['spl_token_metadata_interface:initialize_account', 'TokenMetadata Initialize', 'writes metadata of a mint'],
    ['spl_token_metadata_interface:updating_field', 'TokenMetadata UpdateField', 'writes metadata of a mint'],
    ['spl_token_metadata_interface:remove_key_ix', 'TokenMetadata RemoveKey', 'removes metadata of a mint'],
    ['spl_token_metadata_interface:update_the_authority', 'TokenMetadata UpdateAuthority', 'changes who writes the metadata of a mint'],
    ['spl_token_metadata_interface:emitter', 'TokenMetadata Emit', 'reads metadata of a mint'],
    ['spl_token_group_interface:initialize_token_group', 'TokenGroup InitializeGroup', 'makes a group of mints'],
    ['spl_token_group_interface:update_group_max_size', 'TokenGroup UpdateGroupMaxSize', 'changes a group of mints'],
    ['spl_token_group_interface:update_authority', 'TokenGroup UpdateGroupAuthority', 'changes who controls a group of mints'],
    ['spl_token_group_interface:initialize_member', 'TokenGroup InitializeMember', 'puts a mint into a group'],
  ].map(([seed = '', name = '', words = '']): [string, Shape] => [hashPrefix(seed), refuse(name, words)]),
);

/** Token-2022: the instructions of the classic program, its own, those of its extensions, and Batch. */
export const decodeToken2022: InstructionDecoder = (instruction, position, scope) => {
  if (instruction.data[0] === BATCH) return decodeBatch(instruction, (each) => decodeOne(each, position, scope));
  return decodeOne(instruction, position, scope);
};

function decodeOne(instruction: ResolvedInstruction, position: number, scope: Scope): readonly Effect[] {
  const known = INTERFACES.get(Buffer.from(instruction.data.subarray(0, 8)).toString('hex'));
  if (known) return known.decode(instruction, new ByteReader(instruction.data.subarray(8)), position, scope);
  const args = new ByteReader(instruction.data);
  const number = args.u8();
  const alone = ALONE.get(number);
  if (alone) return alone.decode(instruction, args, position, scope);
  const ofExtension = EXTENSIONS.get(number);
  if (!ofExtension) throw new Malformed(`is Token-2022 instruction ${number}, which is not understood`);
  const sub = args.u8();
  const found = ofExtension[sub];
  if (!found) throw new Malformed(`is Token-2022 instruction ${number}.${sub}, which is not understood`);
  return found.decode(instruction, args, position, scope);
}
