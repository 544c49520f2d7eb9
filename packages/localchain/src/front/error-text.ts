/** `TransactionError` in words, as Agave's messages end. */

const TRANSACTION_TEXT: Readonly<Record<string, string>> = {
  AccountNotFound: 'Attempt to debit an account but found no record of a prior credit.',
  InsufficientFundsForFee: 'Insufficient funds for fee',
  InvalidAccountForFee: 'This account may not be used to pay transaction fees',
  AlreadyProcessed: 'This transaction has already been processed',
  BlockhashNotFound: 'Blockhash not found',
  SanitizeFailure: 'Transaction failed to sanitize accounts offsets correctly',
  ProgramAccountNotFound: 'Attempt to load a program that does not exist',
  InvalidProgramForExecution: 'This program may not be used for executing instructions',
  AddressLookupTableNotFound: "Transaction loads an address table account that doesn't exist",
};

export function transactionErrorText(error: unknown): string {
  if (typeof error === 'string') return TRANSACTION_TEXT[error] ?? error;
  if (typeof error !== 'object' || error === null) return String(error);
  const [name, detail] = Object.entries(error)[0] ?? ['unknown', null];
  if (name === 'InstructionError' && Array.isArray(detail)) {
    return `Error processing Instruction ${String(detail[0])}: ${instructionErrorText(detail[1])}`;
  }
  if (name === 'InsufficientFundsForRent') {
    return `Transaction results in an account (${String((detail as { account_index?: number }).account_index)}) with insufficient funds for rent`;
  }
  return name;
}

function instructionErrorText(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'Custom' in error)
    return `custom program error: 0x${Number(error.Custom).toString(16)}`;
  const words = String(error)
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
  return words;
}
