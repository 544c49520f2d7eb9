const SQUADS_ERRORS: ReadonlyMap<number, string> = new Map([
  [3012, 'AccountNotInitialized'],
  [6000, 'DuplicateMember'],
  [6003, 'InvalidThreshold'],
  [6004, 'Unauthorized'],
  [6005, 'NotAMember'],
  [6007, 'StaleProposal'],
  [6008, 'InvalidProposalStatus'],
  [6012, 'AlreadyCancelled'],
  [6021, 'TimeLockNotReleased'],
  [6025, 'InvalidDestination'],
  [6026, 'SpendingLimitExceeded'],
  [6033, 'InvalidRentCollector'],
]);
const LOGGED = /Error Code: (\w+)\. Error Number: (\d+)/;

/** The chain's error in words, such as `instruction 2 failed: SpendingLimitExceeded (6026)`; `null` when there was none. */
export function describeChainError(error: unknown, logs: readonly string[] = []): string | null {
  if (error === null || error === undefined) return null;
  if (typeof error === 'string') return error;
  const details = (error as { readonly InstructionError?: unknown }).InstructionError;
  if (!Array.isArray(details)) return JSON.stringify(error);
  const [index, cause] = details as readonly unknown[];
  return `instruction ${String(index)} failed: ${describeCause(cause, logs)}`;
}

function describeCause(cause: unknown, logs: readonly string[]): string {
  const code = typeof cause === 'object' && cause !== null && 'Custom' in cause ? cause.Custom : null;
  if (typeof code !== 'number') return typeof cause === 'string' ? cause : JSON.stringify(cause);
  const logged = logs.map((line) => LOGGED.exec(line)).find((match) => match !== null && Number(match[2]) === code);
  const name = logged?.[1] ?? SQUADS_ERRORS.get(code);
  return name === undefined ? `custom error ${code}` : `${name} (${code})`;
}
