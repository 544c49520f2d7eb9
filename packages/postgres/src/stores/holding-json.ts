import type { Holding, Meter } from '@countersign/core';

/** A holding as JSON: amounts are decimal strings (migrations: is_holding). */
export interface HoldingJson {
  readonly alone: boolean;
  readonly amounts: readonly { readonly meter: Meter; readonly amount: string }[];
}

export function holdingToJson({ alone, amounts }: Holding): string {
  return JSON.stringify({
    alone,
    amounts: amounts.map(({ meter, amount }) => ({ meter, amount: amount.toString() })),
  } satisfies HoldingJson);
}

export function holdingFromJson({ alone, amounts }: HoldingJson): Holding {
  return { alone, amounts: amounts.map(({ meter, amount }) => ({ meter, amount: BigInt(amount) })) };
}
