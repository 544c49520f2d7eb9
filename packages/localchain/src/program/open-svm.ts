import type { ProgramSource, Svm } from '../svm/svm.ts';

/** The runtime that fits the source. Throws when it cannot be loaded. */
export async function openSvm(source: ProgramSource): Promise<Svm> {
  if (source.kind === 'deployed-elf') return (await import('../svm/litesvm-svm.ts')).openLitesvmSvm(source);
  return (await import('../svm/native-svm.ts')).openNativeSvm(source);
}
