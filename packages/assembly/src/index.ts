/** A configuration becomes a checked container of plugins. */
export { configText } from './config/config-text.js';
export { configJsonSchema, type JsonSchema } from './config/json-schema.js';
export { knownPlugins } from './config/known-plugins.js';
export { makeConfig, readConfig, type ConfigSetting } from './config/read.js';
export { makeForm, readForm, type Form } from './config/read-form.js';
export { writtenConfig, type ConfigDefaults } from './config/resolve.js';
export { readPartConfig, type PartConfig, type PartForm, type PartSlots } from './config/part-config.js';
export type { DecisionOptions } from './config/decision-options.js';
export type { DataConfig, DuplicatesConfig, RunConfig, TrainingConfig } from './config/run-config.js';
export { buildServices, type Services } from './container.js';
export { Registry, type PluginList, type PluginModule, type RegistryEntry } from './registry.js';
export { slots, type Slot } from './config/slots.js';
export { withPackages } from './third-party.js';
export { configReader, type ConfigReader, type ConfigReaderParts } from './config-reader.js';
