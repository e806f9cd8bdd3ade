/** Columns of numbers: five of the reference (value, and derivatives by scale, rotation, x and y) and what the image has. */
export type Columns = readonly [
  values: Float64Array,
  grows: Float64Array,
  turns: Float64Array,
  byX: Float64Array,
  byY: Float64Array,
  seen: Float64Array,
];

/**
 * Sums over pixels of the products of all columns with each other, and of all columns with 1. Added up row by row: a loop
 * with all sums at once has more of them than a processor has registers, and takes four times as long.
 */
export class NormalEquations {
  readonly columns: Columns;
  readonly #products = new Float64Array(36);
  readonly #totals = new Float64Array(6);
  #count = 0;

  /** @param width pixels of a row at most */
  constructor(width: number) {
    this.columns = Array.from({ length: 6 }, () => new Float64Array(width)) as unknown as Columns;
  }

  /** Number of pixels added. */
  get count(): number {
    return this.#count;
  }

  /** Adds the first `count` numbers of the columns. */
  add(count: number): void {
    this.#count += count;
    for (const [one, column] of this.columns.entries()) this.#addColumn(one, column, count);
  }

  /** Sum of a column. */
  total(column: number): number {
    return this.#totals[column] as number;
  }

  /** Sum of the products of two columns. */
  product(one: number, other: number): number {
    return this.#products[6 * Math.min(one, other) + Math.max(one, other)] as number;
  }

  /**
   * Least squares of the last column by the other five and a constant. The constant is taken out beforehand: products are
   * those of deviations from means.
   */
  system(): { readonly normal: Float64Array; readonly right: Float64Array } {
    const deviations = (one: number, other: number): number =>
      this.product(one, other) - (this.total(one) * this.total(other)) / this.#count;
    return {
      normal: Float64Array.from({ length: 25 }, (_, index) => deviations(Math.floor(index / 5), index % 5)),
      right: Float64Array.from({ length: 5 }, (_, index) => deviations(index, 5)),
    };
  }

  /** Products of a column with itself and those after it, two at a time. */
  #addColumn(one: number, column: Float64Array, count: number): void {
    const products = this.#products;
    let total = 0;
    for (let index = 0; index < count; index++) total += column[index] as number;
    this.#totals[one] = this.total(one) + total;
    for (let other = one; other < 6; other += 3) {
      const first = this.columns[other] as Float64Array;
      const second = this.columns[Math.min(5, other + 1)] as Float64Array;
      const third = this.columns[Math.min(5, other + 2)] as Float64Array;
      let [withFirst, withSecond, withThird] = [0, 0, 0];
      for (let index = 0; index < count; index++) {
        const value = column[index] as number;
        withFirst += value * (first[index] as number);
        withSecond += value * (second[index] as number);
        withThird += value * (third[index] as number);
      }
      const sums = [withFirst, withSecond, withThird];
      for (let k = 0; k < 3 && other + k < 6; k++) {
        products[6 * one + other + k] = (products[6 * one + other + k] as number) + (sums[k] as number);
      }
    }
  }
}
