import type { Call, Stage } from '../../src/protocol/call.js'
import type { Inspector } from '../../src/inspector/inspector.js'
import type { Surroundings } from '../../src/inspector/surroundings.js'

/** The pages of a registry, and how they are ended. */
export interface InspectorStage {
  readonly stage: Stage
  readonly close: () => void
}

/** Answers calls for pages. All of it is loaded when the first of them comes. */
export function inspectorStage(surroundings: () => Promise<Surroundings>): InspectorStage {
  let loading: Promise<Inspector> | undefined
  let loaded: Inspector | undefined
  const load = async (): Promise<Inspector> => {
    const [{ Inspector }, given] = await Promise.all([import('../../src/inspector/inspector.js'), surroundings()])
    loaded = new Inspector(given)
    return loaded
  }
  const stage: Stage = (call, next) => {
    const { route } = call
    if (route.kind !== 'page') return next()
    loading ??= load()
    return loading.then((inspector) => inspector.answer(call, route.page))
  }
  return {
    stage: Object.assign(stage, { concerns: ({ route }: Call) => route.kind === 'page' }),
    close: () => loaded?.close(),
  }
}
