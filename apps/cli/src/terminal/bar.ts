import { SingleBar } from 'cli-progress';

/** A progress bar on standard error. @param format its placeholders are those of cli-progress */
export function newBar(format: string): SingleBar {
  return new SingleBar({
    format,
    barsize: 24,
    barCompleteChar: '=',
    barIncompleteChar: ' ',
    clearOnComplete: true,
    hideCursor: true,
    stream: process.stderr,
    // The command handles signals itself.
    gracefulExit: false,
  });
}
