import { SingleBar } from 'cli-progress';

/** A progress bar on standard error. @param format its placeholders are those of cli-progress */
export function newBar(format: string): SingleBar {
  return new SingleBar({
    format,
    // Numbers are worth more than the bar.
    barsize: process.stderr.columns < 60 ? 8 : 24,
    barCompleteChar: '=',
    barIncompleteChar: ' ',
    clearOnComplete: true,
    hideCursor: true,
    stream: process.stderr,
    // The command handles signals itself.
    gracefulExit: false,
  });
}
