import type { Call, Reply } from '../../src/protocol/call.js'
import type { Awaitable } from '../../src/protocol/awaitable.js'
import type { Effect, Effects, World } from './effects/effect.js'
import { formatFault } from './format.js'
import { matches, turns } from './match.js'
import { isBehindAccess } from './place.js'
import { seeded } from './random.js'
import type { FaultName, FaultRule } from './rule.js'

/** A rule that a registry has. */
export interface AddedFault {
  /** Counts from 1 in the order of addition, and is never used again. */
  readonly id: number
  readonly rule: FaultRule
  /** How often it was done. */
  readonly hits: number
  /** Takes the rule away; false when it was away already. What it is doing goes on. */
  readonly remove: () => boolean
}

/** A rule at work: it counts, and has what its choices follow from. */
export class Worker implements AddedFault {
  readonly id: number
  readonly rule: FaultRule
  readonly remove: () => boolean
  /** Whether the rule is asked behind access, where the account is known. */
  readonly behindAccess: boolean
  readonly matches: (call: Call) => boolean
  readonly random: () => number
  readonly #isTurn: (count: number) => boolean
  readonly #name: string
  readonly #most: number
  #chances = 0
  #hits = 0

  constructor(id: number, rule: FaultRule, remove: (worker: Worker) => boolean) {
    this.id = id
    this.rule = rule
    this.remove = () => remove(this)
    this.behindAccess = isBehindAccess(rule)
    this.matches = matches(rule)
    this.random = seeded(rule.seed ?? id)
    this.#isTurn = turns(rule.nth)
    this.#name = `#${id} ${formatFault(rule)}`
    this.#most = rule.once ? 1 : (rule.times ?? Infinity)
  }

  get hits(): number {
    return this.#hits
  }

  /** Has a call answered, with the fault done to it when it is its turn. */
  answer(call: Call, next: () => Awaitable<Reply>, world: World, effects: Effects): Awaitable<Reply> {
    const take = (detail?: string): boolean => this.#take(call, detail)
    const effect = effects[this.rule.fault] as Effect<FaultName>
    return effect(call, next, { rule: this.rule, random: this.random, take, world })
  }

  #take(call: Call, detail: string | undefined): boolean {
    this.#chances++
    const { probability = 1 } = this.rule
    if (this.#hits >= this.#most || !this.#isTurn(this.#chances)) return false
    if (probability < 1 && this.random() >= probability) return false
    this.#hits++
    const what = detail === undefined ? this.#name : `${this.#name} (${detail})`
    call.faults = [...(call.faults ?? []), what]
    return true
  }

  toJSON(): Pick<AddedFault, 'id' | 'rule' | 'hits'> {
    return { id: this.id, rule: this.rule, hits: this.hits }
  }
}
