export { globalTeardown as default } from 'start-registry/jest'
