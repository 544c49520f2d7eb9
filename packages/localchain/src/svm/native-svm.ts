/** The official Squads crate, compiled natively, in a process of its own (docs/spec/native-svm-protocol.md). */
import { NativeProcess } from './native-process.ts';
import {
  asFields,
  readAccount,
  readAddressedAccount,
  readBytes,
  readExecution,
  readSimulation,
  readU64,
  writeAccount,
  writeBytes,
} from './native-values.ts';
import type { ProgramSource, Svm, SvmAccount, SvmClock, SvmExecution, SvmSimulation } from './svm.ts';

type CrateSource = ProgramSource & { readonly kind: 'crate' };

const PROTOCOL = 1;

/** Starts the process of `source.binaryPath`. Rejects when it does not run, or is of another protocol or release than named. */
export async function openNativeSvm(source: CrateSource): Promise<Svm> {
  const process = new NativeProcess(source.binaryPath);
  try {
    const said = asFields(await process.ask({ op: 'describe' }));
    if (said['protocol'] !== PROTOCOL || said['crate'] !== source.version) {
      throw new Error(
        `${source.binaryPath} speaks protocol ${said['protocol']} and has the crate ${said['crate']}; expected ${PROTOCOL} and ${source.version}`,
      );
    }
  } catch (error) {
    await process.close();
    throw error;
  }
  return new NativeSvm(source, process);
}

class NativeSvm implements Svm {
  readonly source: ProgramSource;
  readonly #process: NativeProcess;

  constructor(source: CrateSource, process: NativeProcess) {
    this.source = source;
    this.#process = process;
  }

  async execute(wire: Uint8Array): Promise<SvmExecution> {
    return readExecution(await this.#process.ask({ op: 'execute', wire: writeBytes(wire) }));
  }

  async simulate(wire: Uint8Array): Promise<SvmSimulation> {
    return readSimulation(await this.#process.ask({ op: 'simulate', wire: writeBytes(wire) }));
  }

  async getAccount(address: string): Promise<SvmAccount | null> {
    const account = await this.#process.ask({ op: 'getAccount', address });
    return account === null ? null : readAccount(account);
  }

  async setAccount(address: string, account: SvmAccount): Promise<void> {
    await this.#process.ask({ op: 'setAccount', address, account: writeAccount(account) });
  }

  async getProgramAccounts(program: string): Promise<readonly (readonly [string, SvmAccount])[]> {
    const accounts = await this.#process.ask({ op: 'getProgramAccounts', program });
    if (!Array.isArray(accounts)) throw new Error('the native chain process answered no list of accounts');
    return accounts.map(readAddressedAccount);
  }

  async minimumBalance(dataBytes: number): Promise<bigint> {
    return readU64(await this.#process.ask({ op: 'minimumBalance', dataBytes }));
  }

  async setClock(clock: SvmClock): Promise<void> {
    await this.#process.ask({
      op: 'setClock',
      slot: clock.slot.toString(),
      epoch: clock.epoch.toString(),
      unixTimestamp: clock.unixTimestamp.toString(),
    });
  }

  async save(): Promise<Uint8Array> {
    return readBytes(await this.#process.ask({ op: 'save' }));
  }

  async load(snapshot: Uint8Array): Promise<void> {
    await this.#process.ask({ op: 'load', snapshot: writeBytes(snapshot) });
  }

  async close(): Promise<void> {
    await this.#process.close();
  }
}
