/** What all stages of a run share: its container, its settings, who works on its pixels, and those who follow it. */
import { buildServices, withPackages, writtenConfig, type PluginModule, type Registry } from '@foveate/assembly';
import type { RunConfig, Services } from '@foveate/assembly';
import { fail, messageOf } from '@foveate/contracts';
import type { Plugin, PluginKind, PluginServices, RunEvent, StageRun } from '@foveate/contracts';
import type { RunRecord, SampleRecord } from '@foveate/run-record';
import type { Checkpoint } from '@foveate/trainer';
import { Subject, type Observable } from 'rxjs';
import type { DataSet } from './split.js';
import type { Network } from './learning/network.js';
import { PixelWork } from './worker/pixel-work.js';

/** What a scope is opened with. */
export interface ScopeOptions {
  /** Where the run writes; without it nothing is written, and decoded samples are kept in memory alone. */
  readonly folder?: string;
  /** Where a file of decoded samples may be made; default: the folder of the run. */
  readonly cacheFolder?: string;
  /** Aborted: steps at hand are finished, a checkpoint is written, and streams complete. */
  readonly signal?: AbortSignal;
  /** How the run is kept on the disk; without it, it is not. */
  readonly keeper?: RunKeeper;
}

/** Who keeps `run.json` and the lists beside it. */
export interface RunKeeper {
  /** Samples of the run that is resumed; undefined for a new one. */
  previousSamples(): Promise<readonly SampleRecord[] | undefined>;
  /** Of the run that is resumed; undefined for a new one. */
  readonly previousConfig: RunRecord['config'] | undefined;
  /** Where a resumed training goes on. */
  readonly checkpoint: Checkpoint | undefined;
  /** True when a run that is there is gone on with. */
  readonly resume: boolean;
  /** Writes down what is known before the first step. @returns the record as it begins */
  begin(network: Network, data: DataSet): Promise<RunRecord>;
  /** The record as it stands, with everything that was emitted; undefined before {@link RunKeeper.begin}. */
  record(): RunRecord | undefined;
}

const brand = Symbol.for('foveate.run-scope');

/** One run, as its stages see it. Whoever opens it closes it. */
export class RunScope implements StageRun {
  readonly [brand] = true;
  readonly folder: string | undefined;
  readonly signal: AbortSignal;
  /** The configuration, checked. */
  readonly settings: RunConfig;
  readonly keeper: RunKeeper | undefined;
  /** Where workers find the plugins. */
  readonly module: PluginModule | undefined;
  #work: PixelWork;
  #ownsWork = true;
  readonly #events = new Subject<RunEvent>();
  readonly #closing: (() => void | Promise<void>)[] = [];
  #services: Services | undefined;
  #registry: Registry;

  private constructor(settings: RunConfig, registry: Registry, options: ScopeOptions) {
    this.settings = settings;
    this.module = registry.module;
    this.#registry = registry;
    this.folder = options.folder;
    this.signal = options.signal ?? new AbortController().signal;
    this.keeper = options.keeper;
    this.#work = new PixelWork(this, options.cacheFolder ?? options.folder);
    this.onClose(() => (this.#ownsWork ? this.#work.close() : undefined));
  }

  /**
   * Opens a scope: plugin packages are found, nothing is read.
   * @throws FoveateError `PLUGIN_UNKNOWN` or `PLUGIN_INVALID`
   */
  static async open(config: RunConfig, registry: Registry, options: ScopeOptions = {}): Promise<RunScope> {
    const scope = new RunScope(config, registry, options);
    // What a configuration names was asked about when it was read.
    const complete = await withPackages(registry, config.plugins, config.baseFolder, 'given');
    scope.#registry = complete;
    scope.#services = await buildServices(config, complete, { run: scope });
    return scope;
  }

  get config(): Readonly<Record<string, unknown>> {
    return writtenConfig(this.settings, this.settings.baseFolder);
  }

  get seed(): number {
    return this.settings.seed;
  }

  /** Who decodes, keeps and augments. */
  get work(): PixelWork {
    return this.#work;
  }

  /** Goes on with the work of another scope, which is not closed with this one. */
  borrow(work: PixelWork): void {
    this.#work = work;
    this.#ownsWork = false;
  }

  /** Its work for others: whoever takes it closes it. */
  lend(): PixelWork {
    this.#ownsWork = false;
    return this.#work;
  }

  get services(): Services {
    if (this.#services === undefined) throw new Error('The scope is not open yet.');
    return this.#services;
  }

  /** Ends in error when a stage breaks its word after it has ended, where no stream of its own can say so any more. */
  readonly faults = new Subject<never>();

  /** What happens, in order; completes when the scope is closed. */
  get events(): Observable<RunEvent> {
    return this.#events;
  }

  /** A plugin that the configuration names. @throws FoveateError `PLUGIN_UNKNOWN` */
  plugin(kind: PluginKind, id: string): Promise<Plugin> {
    return this.#registry.get(kind, id).load();
  }

  /** The configured service of a kind. */
  get<K extends PluginKind>(kind: K): Promise<PluginServices[K]> {
    return this.services.get(kind);
  }

  /** All configured services of a kind that is a list. */
  list<K extends PluginKind>(kind: K): Promise<readonly PluginServices[K][]> {
    return this.services.list(kind);
  }

  emit(event: RunEvent): void {
    this.#events.next(event);
  }

  /** Has something released when the run ends, the last first. */
  onClose(release: () => void | Promise<void>): void {
    this.#closing.push(release);
  }

  /** Ends threads, releases engines and memory, also where one of them fails, which is told then. May be called again. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (let release = this.#closing.pop(); release !== undefined; release = this.#closing.pop()) {
      try {
        await release();
      } catch (error) {
        failures.push(error);
      }
    }
    for (const error of failures) {
      const message = messageOf(error);
      this.emit({ type: 'warning', message: `Something could not be released: ${message}` });
    }
    this.#events.complete();
  }
}

/**
 * The scope behind what a stage is given.
 * @throws FoveateError `PLUGIN_INVALID` for a run that is none of this package
 */
export function scopeOf(run: StageRun): RunScope {
  if (brand in run) return run as RunScope;
  throw fail({
    code: 'PLUGIN_INVALID',
    what: 'This stage works in runs of @foveate/stages alone',
    advice: 'Open the run with RunScope.open, or use createRunner of @foveate/pipeline',
  });
}
