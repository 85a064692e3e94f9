import type { Observation } from '../faults/observation.js'

/** How a client and the registry talked. */
export type Over = 'http' | 'https' | 'http, login' | 'https, login'

/** One thing that a real client was seen to do, or not to do by its own defect. */
export interface CompatibilityRecord {
  /** The scenario that showed it. */
  readonly scenario: string
  /** The client's name in the manifest. */
  readonly client: string
  /** What the client says its version is. */
  readonly version: string
  /** What it did, in a short phrase: `push and pull`. */
  readonly story: string
  readonly over: Over
  /** What there is to know about it. */
  readonly note?: string
  /** The message with which the client fails; undefined when it works. */
  readonly defect?: string
}

const keyOf = ({ client, version, story, over }: CompatibilityRecord): string =>
  JSON.stringify([client, version, story, over])

// Ports and digests of fresh content differ from run to run.
const passing = /(?:localhost|127\.0\.0\.1|\[::1\]):\d|sha256[:-][0-9a-f]{64}/

function assertLasting(text: string): void {
  if (passing.test(text)) throw new TypeError(`a record must be the same in each run, and this is not: ${text}`)
}

/** Collects the records of one run of a scenario. */
export class Recorder {
  readonly #records = new Map<string, CompatibilityRecord>()
  readonly #observations = new Map<string, Observation>()

  /**
   * Adds a record; one that is there already is the same fact.
   * @throws TypeError for one that says something else of the same, and for words that would differ in the next run.
   */
  add(record: CompatibilityRecord): void {
    for (const text of [record.story, record.note ?? '', record.defect ?? '']) assertLasting(text)
    const before = this.#records.get(keyOf(record))
    if (before && !same(before, record)) {
      const { client, version, story, over } = record
      throw new TypeError(`${client} ${version}, ${story} over ${over}: recorded twice, and not as the same`)
    }
    this.#records.set(keyOf(record), record)
  }

  /** Adds what a client did under a fault. @throws TypeError for a second one of the same, and as `add`. */
  observe(observation: Observation): void {
    assertLasting(observation.message ?? '')
    const { client, version, fault } = observation
    const key = JSON.stringify([client, version, fault])
    if (this.#observations.has(key)) throw new TypeError(`${client} ${version}, ${fault}: observed twice`)
    this.#observations.set(key, observation)
  }

  observations(): readonly Observation[] {
    return [...this.#observations.values()]
  }

  records(): readonly CompatibilityRecord[] {
    return [...this.#records.values()]
  }
}

const same = (a: CompatibilityRecord, b: CompatibilityRecord): boolean => a.note === b.note && a.defect === b.defect
