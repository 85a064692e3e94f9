import type { Digest } from '../../route/names.js'
import { digestOf } from '../../store/hashing.js'
import type { Change, CommittedChange, ManifestEntry, Store } from '../../store/store.js'
import { allNames } from '../../store/pages.js'
import { compareVersions } from '../versions.js'
import { yamlScalar } from './yaml.js'
import { isChart, readChartVersion, rfc3339, type ChartVersion } from './chart-version.js'

/** An index.yaml, and the digest of its bytes. */
export interface Document {
  readonly body: Buffer
  readonly digest: Digest
}

/** Tells whether somebody may see what a repository holds. */
export type Sees = (repository: string) => boolean

/** A manifest of a chart, and the tags that lead to it. */
interface Tagged {
  readonly tags: Set<string>
  /** What it says, once it is read; undefined too for a manifest that is none. */
  chart: ChartVersion | undefined
}

/**
 * The charts of one organization, kept up to date by what is committed. What tags lead to is listed: in the order of
 * versions, and for each name of a package the one that is nearest.
 */
export class Organization {
  readonly #store: Store
  readonly #repositories = new Map<string, Map<Digest, Tagged>>()
  readonly #tags = new Map<string, Map<string, Digest>>()
  /** Charts by their names, the newest version first; several of one version may be in several repositories. */
  readonly #charts = new Map<string, ChartVersion[]>()
  readonly #files = new Map<string, ChartVersion[]>()
  /** What the index has for a name where everything is seen, until something of it changes. */
  readonly #texts = new Map<string, string>()
  readonly #reading = new Set<Promise<void>>()
  readonly #documents = new Map<string, Document>()
  /** Tags that were changed while what was there before is being read: `repository:tag`. */
  #touched: Set<string> | undefined
  #failure: unknown
  #changed = 0

  constructor(store: Store) {
    this.#store = store
  }

  /** Whether nothing of it is known. */
  get isEmpty(): boolean {
    return this.#repositories.size === 0 && this.#reading.size === 0
  }

  /** Takes in what repositories hold. What is committed meanwhile counts more. */
  async load(repositories: AsyncIterable<string>): Promise<void> {
    this.#touched = new Set()
    for await (const repository of repositories) await this.#loadOne(repository)
    this.#touched = undefined
  }

  async #loadOne(repository: string): Promise<void> {
    for await (const tag of allNames((page) => this.#store.tags(repository, page))) {
      const digest = await this.#store.tag(repository, tag)
      const entry = digest && (await this.#store.manifest(repository, digest))
      const isNews = !this.#touched?.has(`${repository}:${tag}`)
      if (entry && isNews && isChart(entry)) this.#point(repository, tag, entry)
      // Each is a file or two.
      if (this.#reading.size >= atOnce) await Promise.race(this.#reading)
    }
  }

  /** Takes note of a change in one of its repositories. */
  record({ repository, at, change }: CommittedChange): void {
    for (const tag of tagsIn(change)) this.#touched?.add(`${repository}:${tag}`)
    if (this.#apply(repository, at, change)) {
      this.#changed = Math.max(this.#changed, at)
      this.#documents.clear()
    }
  }

  /** Waits until everything that was committed is read. Rejects with what the store has failed with, if it did. */
  async settle(): Promise<void> {
    await Promise.all(this.#reading)
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Names of charts, with their versions that somebody may see, the newest first. */
  *charts(sees: Sees): Generator<readonly [name: string, versions: readonly ChartVersion[]], void, undefined> {
    for (const name of [...this.#charts.keys()].toSorted()) {
      const versions = this.versions(name, sees)
      if (versions.length > 0) yield [name, versions]
    }
  }

  /** The versions of one chart that somebody may see, the newest first. */
  versions(name: string, sees: Sees): readonly ChartVersion[] {
    return (this.#charts.get(name) ?? []).filter((chart) => this.find(chart.file, sees) === chart)
  }

  /** The chart whose package has a name. */
  find(file: string, sees: Sees): ChartVersion | undefined {
    return this.#files.get(file)?.find(({ repository }) => sees(repository))
  }

  /** The tags that lead to a chart. */
  tagsOf({ repository, manifest }: ChartVersion): readonly string[] {
    return [...(this.#repositories.get(repository)?.get(manifest)?.tags ?? [])]
  }

  /** The index.yaml for somebody. It is made once for each view of the organization, until something changes. */
  document(sees: Sees): Document {
    // Nobody whose view is the same sees another one.
    const seen = new Map([...this.#repositories.keys()].map((repository) => [repository, sees(repository)]))
    const hidden = [...seen].flatMap(([repository, isSeen]) => (isSeen ? [] : [repository])).join(' ')
    const known = this.#documents.get(hidden)
    if (known) return known
    const document = hidden === '' ? this.#writeAll() : this.#write((repository) => seen.get(repository) ?? false)
    if (this.#documents.size === mostDocuments) this.#documents.clear()
    this.#documents.set(hidden, document)
    return document
  }

  #writeAll(): Document {
    const everything: Sees = () => true
    return this.#document(
      [...this.#charts.keys()].toSorted().map((name) => {
        return inside(this.#texts, name, () => textOf(name, this.versions(name, everything)))
      }),
    )
  }

  #write(sees: Sees): Document {
    return this.#document(Array.from(this.charts(sees), ([name, versions]) => textOf(name, versions)))
  }

  #document(texts: readonly string[]): Document {
    const entries = texts.join('')
    const body = Buffer.from(
      [
        'apiVersion: v1\n',
        entries === '' ? 'entries: {}\n' : `entries:\n${entries}`,
        `generated: "${rfc3339(this.#changed)}"\n`,
        'serverInfo:\n  contextPath: /charts\n',
      ].join(''),
    )
    return { body, digest: digestOf(body) }
  }

  /** Whether something changed. */
  #apply(repository: string, at: number, change: Change): boolean {
    const tags = tagsIn(change)
    const entry = change.type === 'manifest.put' && isChart(change.entry) ? { ...change.entry, at } : undefined
    for (const tag of tags) {
      if (entry) this.#point(repository, tag, entry)
      else this.#forget(repository, tag)
    }
    return tags.length > 0
  }

  #point(repository: string, tag: string, entry: ManifestEntry): void {
    this.#forget(repository, tag)
    const tags = inside(this.#tags, repository, () => new Map<string, Digest>())
    tags.set(tag, entry.digest)
    const manifests = inside(this.#repositories, repository, () => new Map<Digest, Tagged>())
    const known = manifests.get(entry.digest)
    if (known) {
      known.tags.add(tag)
      // Which of two is nearer may be another one now.
      if (known.chart) this.#rank(known.chart)
      return
    }
    const tagged: Tagged = { tags: new Set([tag]), chart: undefined }
    manifests.set(entry.digest, tagged)
    this.#changed = Math.max(this.#changed, entry.at)
    const reading = this.#read(repository, entry, tagged)
      .catch((error: unknown) => void (this.#failure = error))
      .finally(() => this.#reading.delete(reading))
    this.#reading.add(reading)
  }

  async #read(repository: string, entry: ManifestEntry, tagged: Tagged): Promise<void> {
    const chart = await readChartVersion(this.#store, repository, entry)
    // Deleted meanwhile.
    if (!chart || tagged.tags.size === 0) return
    tagged.chart = chart
    this.#documents.clear()
    this.#rank(chart)
  }

  #forget(repository: string, tag: string): void {
    const tags = this.#tags.get(repository)
    const digest = tags?.get(tag)
    if (!tags || !digest) return
    tags.delete(tag)
    const manifests = this.#repositories.get(repository)
    const tagged = manifests?.get(digest)
    tagged?.tags.delete(tag)
    if (!manifests || !tagged) return
    if (tagged.tags.size > 0) {
      if (tagged.chart) this.#rank(tagged.chart)
      return
    }
    manifests.delete(digest)
    if (tagged.chart) this.#drop(tagged.chart)
    if (manifests.size > 0) return
    this.#repositories.delete(repository)
    this.#tags.delete(repository)
  }

  /** Puts a chart where it belongs, in place of where it was. */
  #rank(chart: ChartVersion): void {
    this.#drop(chart)
    insert(inside(this.#files, chart.file, newList), chart, (a, b) => this.#nearer(a, b))
    insert(inside(this.#charts, chart.metadata.name, newList), chart, (a, b) => {
      return compareVersions(b.version, a.version) || this.#nearer(a, b)
    })
  }

  #drop(chart: ChartVersion): void {
    // Whoever has a package of this name may be listed now, or no more.
    for (const { metadata } of [chart, ...(this.#files.get(chart.file) ?? [])]) this.#texts.delete(metadata.name)
    for (const [lists, key] of [
      [this.#files, chart.file],
      [this.#charts, chart.metadata.name],
    ] as const) {
      const list = lists.get(key)
      const at = list?.indexOf(chart) ?? -1
      if (at >= 0) list?.splice(at, 1)
      if (list?.length === 0) lists.delete(key)
    }
  }

  /**
   * Which of two packages of one name is listed: the one whose repository has fewer parts, then the first one by name;
   * in one repository the one that its version's own tag leads to, then the first by digest.
   */
  #nearer(a: ChartVersion, b: ChartVersion): number {
    const depth = (chart: ChartVersion): number => chart.repository.split('/').length
    const strange = (chart: ChartVersion): number =>
      this.tagsOf(chart).includes(tagOf(chart.metadata.version)) ? 0 : 1
    return (
      depth(a) - depth(b) ||
      order(a.repository, b.repository) ||
      strange(a) - strange(b) ||
      order(a.manifest, b.manifest)
    )
  }
}

function tagsIn(change: Change): readonly string[] {
  if (change.type === 'tag.deleted') return [change.tag]
  return change.type === 'manifest.put' || change.type === 'manifest.deleted' ? change.tags : []
}

/** A chart's part of an index; nothing when there is no version of it. */
const textOf = (name: string, versions: readonly ChartVersion[]): string =>
  versions.length === 0 ? '' : `  ${yamlScalar(name)}:\n${versions.map(({ yaml }) => yaml).join('')}`

/** The tag of a version: Helm writes `_` for `+`, which no tag may have. */
export const tagOf = (version: string): string => version.replaceAll('+', '_')

/** How many manifests are read at a time when an organization is first asked for. */
const atOnce = 64
/** How many views of an organization are kept. */
const mostDocuments = 16

const order = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1)
const newList = (): ChartVersion[] => []

function inside<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}

/** Puts something into a list that is in order. */
function insert<T>(list: T[], item: T, compare: (a: T, b: T) => number): void {
  let [from, to] = [0, list.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if (compare(list[middle] as T, item) <= 0) from = middle + 1
    else to = middle
  }
  list.splice(from, 0, item)
}
