/** What run.json and the lines of predictions.jsonl and samples.jsonl must look like. */
import { runRecordVersion, type PredictionRecord, type RunRecord, type SampleRecord } from '@foveate/contracts';
import { z } from 'zod';

const label = z.union([z.literal(0), z.literal(1)]);
const split = z.enum(['train', 'validation', 'test']);
const share = z.number().min(0).max(1).nullable();
const byte = z.int().min(0).max(255);
const record = z.record(z.string(), z.unknown());
const plugin = z.object({ id: z.string(), options: record });
const byLabel = z.object({ good: z.int().min(0), defective: z.int().min(0) });
const measures = z.record(
  z.string(),
  z.union([z.number(), z.null(), z.record(z.string(), z.union([z.number(), z.null()]))]),
);

/** One epoch of the learning curve. */
const epoch = z.object({
  epoch: z.int().min(1),
  train: z.object({ loss: z.number(), accuracy: z.number(), parts: z.record(z.string(), z.number()) }),
  validation: z.object({
    loss: z.number(),
    accuracy: z.number(),
    auroc: z.number().nullable().exactOptional(),
    metrics: measures.exactOptional(),
  }),
  learningRate: z.number().exactOptional(),
  seconds: z.number(),
  imagesPerSecond: z.number(),
  trunk: z.object({ read: z.int(), computed: z.int(), secondsSaved: z.number() }).exactOptional(),
});

/** The content of run.json. */
export const runRecordSchema: z.ZodType<RunRecord> = z.object({
  version: z.literal(runRecordVersion),
  name: z.string(),
  status: z.enum(['running', 'interrupted', 'completed']),
  startedAt: z.string(),
  seed: z.number(),
  preset: plugin.extend({ filledIn: z.array(z.string()) }).exactOptional(),
  loss: plugin,
  model: plugin.extend({ parameters: z.int(), initialValues: z.string().exactOptional() }),
  engine: plugin.extend({ description: z.string() }),
  config: record,
  versions: z.record(z.string(), z.string()),
  data: z.object({
    counts: z.object({ train: byLabel, validation: byLabel, test: byLabel }),
    skips: z.array(z.object({ path: z.string(), reason: z.string(), message: z.string() })),
    duplicates: z
      .array(
        z.object({
          ids: z.array(z.string()),
          similarity: z.number(),
          labelsDiffer: z.boolean(),
          treated: z.boolean(),
        }),
      )
      .exactOptional(),
    height: z.int().min(1),
    width: z.int().min(1),
  }),
  epochs: z.array(epoch),
  bestEpoch: z.int().nullable(),
  earlyStop: z.object({ epoch: z.int().min(1), reason: z.string() }).exactOptional(),
  decision: z
    .object({ threshold: z.number().min(0).max(1), temperature: z.number().positive().exactOptional() })
    .exactOptional(),
  remarks: z.array(z.string()).exactOptional(),
  validation: measures.nullable(),
  test: measures.nullable(),
  explanations: z.array(
    z.object({
      id: z.string(),
      label,
      score: z.number().min(0).max(1),
      aoiShare: share,
      imagePath: z.string(),
      aoiPath: z.string(),
      heatmapPath: z.string(),
    }),
  ),
  timing: z.object({ totalSeconds: z.number(), secondsPerEpoch: z.number(), imagesPerSecond: z.number() }),
});

/** A line of predictions.jsonl. */
export const predictionSchema: z.ZodType<PredictionRecord> = z.object({
  id: z.string(),
  split,
  label,
  score: z.number().min(0).max(1),
  loss: z.number(),
  aoiShare: share,
});

/** A line of samples.jsonl. */
export const sampleSchema: z.ZodType<SampleRecord> = z.object({
  id: z.string(),
  split,
  label,
  defectTypes: z.array(z.string()),
  reason: z.string(),
  shareInside: share,
  attributes: z.record(z.string(), z.string()).exactOptional(),
  aoiOrigin: z
    .object({
      source: z.string(),
      detail: z.string().exactOptional(),
      confidence: z.number().min(0).max(1).exactOptional(),
    })
    .exactOptional(),
  verdicts: z
    .array(
      z.object({
        type: z.string(),
        side: z.enum(['inside', 'outside', 'between', 'unknown']),
        rule: z.enum(['type', 'geometry', 'area']).nullable(),
        shareInside: share,
        area: share,
      }),
    )
    .exactOptional(),
  decoy: z
    .object({
      shape: z.enum(['disc', 'square', 'diamond']),
      centre: z.tuple([z.number().min(0).max(1), z.number().min(0).max(1)]),
      size: z.number().gt(0).max(1),
      colour: z.tuple([byte, byte, byte]),
      softness: z.number().min(0).max(1),
    })
    .exactOptional(),
});
