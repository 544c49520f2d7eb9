/** LiteSVM's error objects (npm 1.5) as `TransactionError` is written in Solana's JSON-RPC. */

/** In the order of LiteSVM's `TransactionErrorFieldless`. */
const TRANSACTION_ERRORS: readonly string[] =
  `AccountInUse AccountLoadedTwice AccountNotFound ProgramAccountNotFound InsufficientFundsForFee InvalidAccountForFee AlreadyProcessed
  BlockhashNotFound CallChainTooDeep MissingSignatureForFee InvalidAccountIndex SignatureFailure InvalidProgramForExecution SanitizeFailure
  ClusterMaintenance AccountBorrowOutstanding WouldExceedMaxBlockCostLimit UnsupportedVersion InvalidWritableAccount
  WouldExceedMaxAccountCostLimit WouldExceedAccountDataBlockLimit TooManyAccountLocks AddressLookupTableNotFound
  InvalidAddressLookupTableOwner InvalidAddressLookupTableData InvalidAddressLookupTableIndex InvalidRentPayingAccount
  WouldExceedMaxVoteCostLimit WouldExceedAccountDataTotalLimit MaxLoadedAccountsDataSizeExceeded ResanitizationNeeded
  InvalidLoadedAccountsDataSizeLimit UnbalancedTransaction ProgramCacheHitMaxLimit CommitCancelled`.split(/\s+/);

/** In the order of LiteSVM's `InstructionErrorFieldless`. */
const INSTRUCTION_ERRORS: readonly string[] =
  `GenericError InvalidArgument InvalidInstructionData InvalidAccountData AccountDataTooSmall InsufficientFunds IncorrectProgramId
  MissingRequiredSignature AccountAlreadyInitialized UninitializedAccount UnbalancedInstruction ModifiedProgramId
  ExternalAccountLamportSpend ExternalAccountDataModified ReadonlyLamportChange ReadonlyDataModified DuplicateAccountIndex
  ExecutableModified RentEpochModified NotEnoughAccountKeys AccountDataSizeChanged AccountNotExecutable AccountBorrowFailed
  AccountBorrowOutstanding DuplicateAccountOutOfSync InvalidError ExecutableDataModified ExecutableLamportChange
  ExecutableAccountNotRentExempt UnsupportedProgramId CallDepth MissingAccount ReentrancyNotAllowed MaxSeedLengthExceeded InvalidSeeds
  InvalidRealloc ComputationalBudgetExceeded PrivilegeEscalation ProgramEnvironmentSetupFailure ProgramFailedToComplete
  ProgramFailedToCompile Immutable IncorrectAuthority AccountNotRentExempt InvalidAccountOwner ArithmeticOverflow UnsupportedSysvar
  IllegalOwner MaxAccountsDataAllocationsExceeded MaxAccountsExceeded MaxInstructionTraceLengthExceeded
  BuiltinProgramsMustConsumeComputeUnits BorshIoError`.split(/\s+/);

/** The JSON value of the `err` of a failed transaction. */
export function transactionErrorJson(error: unknown): unknown {
  if (typeof error === 'number') return named(TRANSACTION_ERRORS, error);
  const fields = asFields(error);
  switch (fields.name) {
    case 'TransactionErrorInstructionError':
      return { InstructionError: [fields.index, instructionErrorJson(fields.err?.())] };
    case 'TransactionErrorDuplicateInstruction':
      return { DuplicateInstruction: fields.index };
    case 'TransactionErrorInsufficientFundsForRent':
      return { InsufficientFundsForRent: { account_index: fields.accountIndex } };
    case 'TransactionErrorProgramExecutionTemporarilyRestricted':
      return { ProgramExecutionTemporarilyRestricted: { account_index: fields.accountIndex } };
    default:
      throw new Error(`LiteSVM gave an unknown error: ${String(error)}`);
  }
}

function instructionErrorJson(error: unknown): unknown {
  if (typeof error === 'number') return named(INSTRUCTION_ERRORS, error);
  const fields = asFields(error);
  return fields.code === undefined ? 'BorshIoError' : { Custom: fields.code };
}

interface ErrorFields {
  readonly name: string;
  readonly index?: number;
  readonly accountIndex?: number;
  readonly code?: number;
  readonly err?: () => unknown;
}

function asFields(error: unknown): ErrorFields {
  const object = error as { index?: number; accountIndex?: number; code?: number; err?: () => unknown };
  const { index, accountIndex, code } = object;
  return {
    name: object.constructor.name,
    ...(index === undefined ? {} : { index }),
    ...(accountIndex === undefined ? {} : { accountIndex }),
    ...(code === undefined ? {} : { code }),
    ...(object.err === undefined ? {} : { err: () => object.err?.() }),
  };
}

function named(names: readonly string[], index: number): string {
  const name = names[index];
  if (name === undefined) throw new Error(`LiteSVM gave the unknown error number ${index}`);
  return name;
}
