// `start-registry`: what a test suite imports.
export type { ClientFlags } from './homes/flags.js'
export type { EnvOptions } from './homes/home.js'
export type { CertificateNames, OwnCertificate, StartOptions } from './options.js'
export { startRegistry, type Registry } from './start-registry.js'
export type { RequestEvent, RequestListener } from '../src/server/event.js'
export type { Store } from '../src/store/store.js'
