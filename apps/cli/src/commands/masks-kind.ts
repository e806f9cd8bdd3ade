import { Option } from 'commander';

/** `--kind` */
export function kindOption(): Option {
  return new Option('--kind <kind>', 'areas of interest, or defects').choices(['area', 'defect']);
}
