declare const brand: unique symbol;

/** A string that one parser has checked; made only by that parser's single cast. */
export type Branded<T, Name extends string> = T & { readonly [brand]: Name };
