/** Lines of a file that goes by in pieces. */
export class Lines {
  /** Bytes that have gone by. */
  bytes = 0;
  /** Where lines begin of the piece that went by last and of the one before. */
  #recent: {
    readonly start: number;
    readonly line: number;
    readonly lineStart: number;
    readonly breaks: readonly number[];
  }[] = [];
  #line = 1;
  #lineStart = 0;

  /** Takes the next piece. */
  add(chunk: Uint8Array): void {
    const breaks: number[] = [];
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) breaks.push(this.bytes + at + 1);
    this.#recent = [
      ...this.#recent.slice(-1),
      { start: this.bytes, line: this.#line, lineStart: this.#lineStart, breaks },
    ];
    this.bytes += chunk.length;
    this.#line += breaks.length;
    this.#lineStart = breaks.at(-1) ?? this.#lineStart;
  }

  /** `line:column`, from 1 and in bytes, of a byte of the last two pieces; of one before, its number. */
  positionOf(byte: number): string {
    const piece = this.#recent.findLast(({ start }) => start <= byte);
    if (piece === undefined) return `byte ${byte}`;
    const before = piece.breaks.filter((start) => start <= byte);
    return `${piece.line + before.length}:${byte - (before.at(-1) ?? piece.lineStart) + 1}`;
  }
}
