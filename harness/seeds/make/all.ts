import { suggestion } from '../../../src/protocol/nearest.js'
import type { ArtifactSpec } from '../artifact.js'
import type { ChartSpec } from '../chart.js'
import type { IndexSpec } from '../image-index.js'
import type { ImageSpec } from '../image.js'
import { isOfKind } from '../kinds.js'
import { readName } from '../names.js'
import type { Entry, Ordered } from '../order.js'
import type { Seedable } from '../plan.js'
import type { Signer } from '../sign.js'
import type { SignedSpec } from '../signed.js'
import type { SeedTarget } from '../target.js'
import { makeArtifact } from './artifact.js'
import { makeChart } from './chart.js'
import { makeImage } from './image.js'
import { makeIndex } from './image-index.js'
import type { Made } from './made.js'
import { part, type Place } from './place.js'

/** An entry of a plan, made. */
export interface MadeEntry {
  readonly entry: Entry
  readonly made: Made
}

/** What all that is made has in common. */
export interface Making extends Pick<Place, 'seed' | 'created'> {
  readonly target: SeedTarget
  /** Asked for when something is to be signed. */
  readonly signer: () => Promise<Signer>
}

/**
 * Makes the entries of a plan. A description that stands in several places is made once, for the first of them.
 * @throws TypeError for a name that nothing has, and for one that leads into another repository where it may not; Error
 *   for a chart or a key that cannot be read.
 */
export async function makeAll(ordered: Ordered, making: Making): Promise<MadeEntry[]> {
  const maker = new Maker(ordered, making)
  const all: MadeEntry[] = []
  for (const entry of ordered.entries) all.push({ entry, made: await maker.entry(entry) })
  return all
}

class Maker {
  readonly #ordered: Ordered
  readonly #making: Making
  readonly #named = new Map<Entry, Made>()
  readonly #described = new Map<Seedable, Made>()

  constructor(ordered: Ordered, making: Making) {
    this.#ordered = ordered
    this.#making = making
  }

  async entry(entry: Entry): Promise<Made> {
    const { given, name, value } = entry
    const { repository, tag } = name
    const { seed, created } = this.#making
    const made = await this.#value(value, { seed, created, path: given, repository, tag })
    this.#named.set(entry, made)
    return made
  }

  async #value(value: Seedable | string, place: Place): Promise<Made> {
    if (typeof value === 'string') return this.#find(value, place)
    const made = this.#described.get(value) ?? (await this.#make(value, place))
    this.#described.set(value, made)
    return made
  }

  async #make(value: Seedable, place: Place): Promise<Made> {
    if (isOfKind(value, 'signed')) {
      const { of, attachment } = value as SignedSpec
      ;(await this.#making.signer()).check(attachment)
      const made = await this.#value(of, place)
      return { ...made, attachments: [...made.attachments, attachment] }
    }
    if (isOfKind(value, 'chart')) return makeChart(value as ChartSpec, place)
    const { subject: name } = value as ImageSpec | IndexSpec | ArtifactSpec
    const subject = name === undefined ? undefined : await this.#subject(name, place)
    if (isOfKind(value, 'image')) return makeImage(value as ImageSpec, subject, place)
    if (isOfKind(value, 'artifact')) return makeArtifact(value as ArtifactSpec, subject, place)
    const spec = value as IndexSpec
    const children: Made[] = []
    for (const [position, { of }] of spec.children.entries()) {
      children.push(await this.#value(of, part(place, position)))
    }
    return makeIndex(spec, { children, subject })
  }

  async #subject(name: string, place: Place): Promise<Made> {
    const { repository } = readName(name)
    if (repository !== place.repository) {
      const rule = `a subject is in the repository of what is about it, which is ${place.repository}`
      throw new TypeError(`start-registry: ${name}, the subject of ${place.path}: ${rule}`)
    }
    return this.#find(name, place)
  }

  /** What a name stands for: something made before, or something that is there already. */
  async #find(name: string, place: Place): Promise<Made> {
    const entry = this.#ordered.find(name)
    const made = entry && this.#named.get(entry)
    if (made) return this.#reachable(made, name, place)
    const { repository, tag, digest } = readName(name)
    const { target } = this.#making
    const reference = digest === undefined ? (tag === undefined ? undefined : { tag }) : { digest }
    const found = reference && (await target.find(target.repository(repository), reference))
    if (!found) {
      const hint = suggestion(
        name,
        this.#ordered.entries.map(({ given }) => given),
      )
      throw new TypeError(
        `start-registry: ${place.path} needs ${name}, which is not in this seed${hint} and not there yet`,
      )
    }
    const manifest = JSON.parse(found.bytes.toString()) as Readonly<Record<string, unknown>>
    const none = { config: undefined, blobs: [], children: [], platform: undefined, attachments: [] }
    return this.#reachable({ ...found, manifest, ...none, foundIn: repository }, name, place)
  }

  #reachable(made: Made, name: string, { path, repository }: Place): Made {
    if (made.foundIn === undefined || made.foundIn === repository) return made
    const rule = `what is there already is only found in its own repository, and ${path} is in another`
    throw new TypeError(`start-registry: ${path} needs ${name}: ${rule}`)
  }
}
