// Classifies frames from memory, as a camera delivers them: a predictor is opened once, frames go in, predictions come out.
import { encodeJpeg } from '@foveate/image';
import { openPredictor, predictions } from '@foveate/predict';
import { interval, lastValueFrom, map, take, tap } from 'rxjs';

const [model, count = '20'] = process.argv.slice(2);
if (model === undefined) {
  console.error('usage: node classify.mjs RUN_FOLDER [NUMBER_OF_FRAMES]');
  process.exit(2);
}
const predictor = await openPredictor(model, { threshold: 0.5 });

// A camera that is not there: grey frames of 320 x 240, one of them cut off on its way.
const frames = await Promise.all(
  Array.from({ length: 5 }, async (_, index) => {
    const pixels = { width: 320, height: 240, channels: 3, data: new Uint8Array(320 * 240 * 3).fill(50 * index) };
    return encodeJpeg(pixels, 90);
  }),
);
frames[3] = frames[3].subarray(0, 100);

await lastValueFrom(
  interval(40).pipe(
    take(Number(count)),
    map((number) => ({ id: `frame ${number}`, image: frames[number % frames.length] })),
    predictions(predictor, { concurrency: 2 }),
    tap((answer) => {
      if ('error' in answer)
        console.log(answer.error.message); // begins with the frame's id
      else
        console.log(`${answer.id}: ${answer.defective ? 'defective' : 'good'} (${answer.latency.total.toFixed(0)} ms)`);
    }),
  ),
  { defaultValue: undefined },
);
await predictor.close();
