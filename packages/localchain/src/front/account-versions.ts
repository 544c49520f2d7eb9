/**
 * What accounts held at the end of the last slots: for each slot the pre-images of the accounts that it changed. The state at the end
 * of slot S is the current one with the oldest pre-image of a slot after S put back.
 */
import type { SvmAccount } from '../svm/svm.ts';

export interface AccountWrite {
  readonly address: string;
  readonly before: SvmAccount | null;
  readonly after: SvmAccount | null;
}

export class AccountVersions {
  /** Ascending by slot. */
  readonly #slots: Map<number, Map<string, SvmAccount | null>> = new Map();

  record(slot: number, writes: readonly AccountWrite[]): void {
    let images = this.#slots.get(slot);
    if (images === undefined) {
      images = new Map();
      this.#slots.set(slot, images);
    }
    for (const write of writes) if (!images.has(write.address)) images.set(write.address, write.before);
  }

  /** The account at the end of `slot`, or `undefined` when it has not changed since. */
  at(address: string, slot: number): SvmAccount | null | undefined {
    for (const [changedIn, images] of this.#slots) {
      if (changedIn <= slot) continue;
      const image = images.get(address);
      if (image !== undefined) return image;
    }
    return undefined;
  }

  /** Every account changed after `slot`, as it was at the end of it. */
  changedAfter(slot: number): ReadonlyMap<string, SvmAccount | null> {
    const found = new Map<string, SvmAccount | null>();
    for (const [changedIn, images] of this.#slots) {
      if (changedIn <= slot) continue;
      for (const [address, image] of images) if (!found.has(address)) found.set(address, image);
    }
    return found;
  }

  /** Forgets what a finalized slot needs no more. */
  forgetThrough(slot: number): void {
    for (const changedIn of this.#slots.keys()) {
      if (changedIn > slot) return;
      this.#slots.delete(changedIn);
    }
  }

  /** Forgets the slots from `slot` on, whose changes were undone. */
  forgetFrom(slot: number): void {
    for (const changedIn of [...this.#slots.keys()]) if (changedIn >= slot) this.#slots.delete(changedIn);
  }
}
