/** The native bank's process: one request, one answer, in the order of the requests. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { encodeFrame, FrameDecoder } from './native-frames.ts';

/** A process that does not end when its standard input closes is killed after this time. */
const END_TIMEOUT_MS = 5_000;
const MOST_STDERR_CHARS = 2_000;

interface Pending {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class NativeProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #decoder: FrameDecoder = new FrameDecoder();
  readonly #pending: Pending[] = [];
  readonly #ended: Promise<void>;
  #stderr = '';
  /** Why there are no more answers. */
  #failure: Error | null = null;

  constructor(binaryPath: string) {
    // In a group of its own: an interrupt from the terminal is this process's to handle, which may still want the bank saved.
    // The child ends when its standard input closes, however this process ends.
    this.#child = spawn(binaryPath, [], { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    this.#child.stdout.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-MOST_STDERR_CHARS);
    });
    // A write to a process that is gone: what it was gone of is said when it closes.
    this.#child.stdin.on('error', () => {});
    this.#ended = new Promise((resolve) => {
      this.#child.on('error', (error) => {
        this.#fail(new Error(`the native chain process cannot run: ${error.message}`));
        resolve();
      });
      this.#child.on('close', (code, signal) => {
        this.#fail(new Error(`the native chain process ended (${signal ?? `code ${code}`})${this.#lastWords()}`));
        resolve();
      });
    });
  }

  /** `undefined` when it did not start. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** The answer to one operation. Rejects with what the process says is wrong, or with why it is gone. */
  ask(request: { readonly op: string; readonly [field: string]: unknown }): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== null) return reject(this.#failure);
      const frame = encodeFrame(request);
      this.#pending.push({ resolve, reject });
      this.#child.stdin.write(frame);
    });
  }

  /** Ends the process after the requests before it are answered. */
  async close(): Promise<void> {
    this.#child.stdin.end();
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), END_TIMEOUT_MS);
    await this.#ended;
    clearTimeout(kill);
  }

  #receive(chunk: Buffer): void {
    try {
      for (const answer of this.#decoder.push(chunk)) this.#settle(answer);
    } catch (error) {
      this.#fail(new Error(`the native chain process answered what cannot be read: ${(error as Error).message}`));
      this.#child.kill('SIGKILL');
    }
  }

  #settle(answer: unknown): void {
    const pending = this.#pending.shift();
    if (pending === undefined || typeof answer !== 'object' || answer === null) throw new Error('an answer to nothing, or that is none');
    if ('error' in answer) pending.reject(new Error(`the native chain process refused: ${String(answer.error)}`));
    else if ('ok' in answer) pending.resolve(answer.ok);
    else pending.reject(new Error('the native chain process gave an answer without "ok" and without "error"'));
  }

  #fail(failure: Error): void {
    this.#failure ??= failure;
    for (const pending of this.#pending.splice(0)) pending.reject(this.#failure);
  }

  #lastWords(): string {
    const last = this.#stderr.trim().split('\n').at(-1) ?? '';
    return last === '' ? '' : `: ${last}`;
  }
}
