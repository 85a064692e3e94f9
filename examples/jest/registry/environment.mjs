import { TestEnvironment } from 'jest-environment-node'
import { image } from 'start-registry'
import { withRegistry } from 'start-registry/jest'

/** Tests are CommonJS, and cannot import what makes an image. */
export default class extends withRegistry(TestEnvironment) {
  async setup() {
    await super.setup()
    this.global.image = image
  }
}
