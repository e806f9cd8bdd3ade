/**
 * The canary of the module boundaries: lints imports that break the layers, none of which exists in the sources, and
 * fails unless ESLint refuses each of them. The rule stays silent where it finds no project graph, so that a clean lint
 * alone proves nothing. Run `nx graph` first.
 */
import { ESLint } from 'eslint';

const boundaries = '@nx/enforce-module-boundaries';
const doors = 'no-restricted-imports';

/** [file that would import, what it would import, the rule that must refuse it or null]. */
const cases = [
  ['packages/contracts', '@foveate/tensor', boundaries],
  ['packages/tensor', '@foveate/loss-ceod', boundaries],
  ['packages/loss-ceod', '@foveate/loss-ce', boundaries],
  ['packages/loss-ceod', '@foveate/explain', boundaries],
  ['packages/trainer', '@foveate/models', boundaries],
  ['packages/report', '@foveate/pipeline', boundaries],
  ['packages/preset-default', '@foveate/cli', boundaries],
  ['packages/assembly', '@foveate/stages', boundaries],
  ['packages/stages', '@foveate/pipeline', boundaries],
  ['packages/run-record', '@foveate/report', boundaries],
  ['packages/pipeline', 'inversify', doors],
  ['packages/trainer', 'onnxruntime-node', doors],
  ['packages/dataset', 'sharp', doors],
  ['packages/loss-ceod', '@foveate/tensor', null],
  ['packages/pipeline', '@foveate/trainer', null],
  ['packages/preset-default', '@foveate/loss-ceod', null],
  ['packages/image', 'sharp', null],
];

const eslint = new ESLint();
let failures = 0;
for (const [project, specifier, expected] of cases) {
  const filePath = `${project}/src/canary.ts`;
  const [{ messages }] = await eslint.lintText(`import '${specifier}';\n`, { filePath });
  const refused = messages.map(({ ruleId }) => ruleId).filter((rule) => rule === boundaries || rule === doors);
  const good = expected === null ? refused.length === 0 : refused.includes(expected);
  if (!good) failures++;
  const verdict = refused.length === 0 ? 'allowed' : `refused by ${refused.join(', ')}`;
  console.log(`${good ? 'ok    ' : 'FAILED'} ${project} importing ${specifier} is ${verdict}`);
}
process.exitCode = failures === 0 ? 0 : 1;
