import { whenReady, type Awaitable } from '../../src/protocol/awaitable.js'
import type { Call, Reply, Stage } from '../../src/protocol/call.js'
import { Worker, type AddedFault } from './added.js'
import type { Effects, World } from './effects/effect.js'
import { parseRule } from './parse.js'
import { needsTokens } from './place.js'
import type { FaultRule } from './rule.js'
import { wrong } from './wording.js'

/** The faults of a registry: what goes wrong on purpose. */
export interface Faults {
  /**
   * Adds a rule: an object, or a text such as `GET blob team/* nth=2: reset during 1000`. Rules are asked in the order in
   * which they were added, those for an account behind the others; each works on what those behind it answer.
   * @throws TypeError that names what is wrong with the rule, and what may have been meant.
   */
  readonly add: (rule: FaultRule | string) => AddedFault
  /** The rules that are there, in the order in which they were added. */
  readonly list: () => readonly AddedFault[]
  /** Takes a rule away by its number; false when there is none. */
  readonly remove: (id: number) => boolean
  /** Takes all rules away. */
  readonly clear: () => void
}

/** The pages that steer a registry, which no fault should ever cut somebody off from. */
const steering = '/_start-registry/'

/** The rules of a registry, and the steps at which they are asked. */
export class FaultList implements Faults {
  readonly #world: World
  // Replaced, and never changed: a call goes on with the rules that it came with.
  #workers: readonly Worker[] = []
  #last = 0
  // Loaded with the first rule: most registries of a test run have none.
  #effects: Awaitable<Effects> | undefined

  constructor(world: World) {
    this.#world = world
  }

  readonly add = (rule: FaultRule | string): AddedFault => {
    const read = parseRule(rule)
    if (needsTokens(read) && !this.#world.tokenRefusal()) {
      throw wrong(`${read.fault} needs a registry that issues tokens: one with accounts, and auth: 'token'`)
    }
    this.#effects ??= this.#load()
    const worker = new Worker(++this.#last, read, (one) => this.remove(one.id))
    this.#workers = [...this.#workers, worker]
    return worker
  }

  readonly list = (): readonly AddedFault[] => this.#workers

  readonly remove = (id: number): boolean => {
    const before = this.#workers.length
    this.#workers = this.#workers.filter((worker) => worker.id !== id)
    return this.#workers.length < before
  }

  readonly clear = (): void => {
    this.#workers = []
  }

  /** In front of access. */
  readonly front: Stage = this.#stage(false)

  /** Behind access. */
  readonly behind: Stage = this.#stage(true)

  #stage(behindAccess: boolean): Stage {
    const stage: Stage = (call, next) => this.#answer(call, next, behindAccess)
    return Object.assign(stage, { concerns: () => this.#workers.length > 0 })
  }

  #answer(call: Call, next: () => Awaitable<Reply>, behindAccess: boolean): Awaitable<Reply> {
    const workers = this.#workers
    if (call.route.kind === 'unknown' && call.route.path.startsWith(steering)) return next()
    const from = (index: number, effects: Effects): Awaitable<Reply> => {
      for (let at = index; at < workers.length; at++) {
        const worker = workers[at] as Worker
        if (worker.behindAccess === behindAccess && worker.matches(call)) {
          return worker.answer(call, () => from(at + 1, effects), this.#world, effects)
        }
      }
      return next()
    }
    return whenReady(this.#effects as Awaitable<Effects>, (effects) => from(0, effects))
  }

  async #load(): Promise<Effects> {
    const { effects } = await import('./effects/effects.js')
    this.#effects = effects
    return effects
  }
}
