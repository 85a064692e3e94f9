import type { Digest } from '../../src/route/names.js'
import { checkMembers, isText } from '../checks.js'
import { makeAll } from './make/all.js'
import type { Made, SeededDescriptor } from './make/made.js'
import { orderPlan, type Entry } from './order.js'
import type { SeedOptions, SeedPlan } from './plan.js'
import type { SeedTarget } from './target.js'
import { seedKey, type SeedKey } from './seed-key.js'
import type { Signer } from './sign.js'
import { Writer, type SeededSignature } from './write.js'

/** Something that was seeded. */
export interface SeededContent {
  /** Where it is: with a tag, or else by its digest. */
  readonly repository: string
  readonly tag: string | undefined
  readonly digest: Digest
  readonly mediaType: string
  readonly size: number
  /** The manifest as it is served. */
  readonly bytes: Buffer
  /** The same, read. */
  readonly manifest: Readonly<Record<string, unknown>>
  /** The config, read; undefined for what has none, or one that is no JSON. */
  readonly config: unknown
  readonly layers: readonly SeededDescriptor[]
  /** Signatures and attestations that were made of it, in the order of its description. */
  readonly signatures: readonly SeededSignature[]
}

/** What was seeded, by the names of the plan. */
export interface Seeded<Name extends string = string> {
  readonly digests: Readonly<Record<Name, Digest>>
  readonly contents: Readonly<Record<Name, SeededContent>>
  /** What was signed with, where no key was given: it follows from the seed. `key.publicPem` verifies. */
  readonly key: SeedKey
}

/** Makes what a plan describes and puts it into a target: nothing, when something in the plan is wrong. */
export async function seedInto<Name extends string>(
  target: SeedTarget,
  plan: SeedPlan,
  options: SeedOptions = {},
): Promise<Seeded<Name>> {
  checkMembers(options, checks, ' of seed(…)')
  if (typeof plan !== 'object' || plan === null) {
    throw new TypeError("start-registry: seed(…) takes an object such as { 'team/app:1': image() }")
  }
  const { seed = 1, created = '2026-01-01T00:00:00Z' } = options
  const ordered = orderPlan(plan)
  let key: SeedKey | undefined
  const keyOnce = (): SeedKey => (key ??= seedKey(String(seed)))
  // Loaded when something is signed: it takes longer than seeding a few images.
  let loaded: Promise<Signer> | undefined
  const signer = (): Promise<Signer> =>
    (loaded ??= import('./sign.js').then(
      ({ Signer }) => new Signer({ key: keyOnce().privatePem, created, host: target.host }),
    ))
  const all = await makeAll(ordered, { seed: String(seed), created, target, signer })
  const repositoryOf = ({ name }: Entry): string => target.repository(name.repository)
  for (const repository of new Set(all.map(({ entry }) => repositoryOf(entry)))) await target.open(repository)
  const writer = new Writer(target, signer)
  await Promise.all(all.map(({ entry, made }) => writer.put(repositoryOf(entry), made, entry.name.tag)))
  const byName = new Map(
    all.map(({ entry, made }): [string, SeededContent] => {
      const repository = repositoryOf(entry)
      return [entry.given, contentOf(repository, entry.name.tag, made, writer.signaturesOf(repository, made))]
    }),
  )
  // In the order in which they were given.
  const contents = Object.keys(plan).map((given) => [given, byName.get(given) as SeededContent] as const)
  return {
    digests: Object.fromEntries(contents.map(([given, { digest }]) => [given, digest])) as Record<Name, Digest>,
    contents: Object.fromEntries(contents) as Record<Name, SeededContent>,
    get key() {
      return keyOnce()
    },
  }
}

const contentOf = (
  repository: string,
  tag: string | undefined,
  made: Made,
  signatures: readonly SeededSignature[],
): SeededContent => ({
  repository,
  tag,
  digest: made.digest,
  mediaType: made.mediaType,
  size: made.bytes.length,
  bytes: made.bytes,
  manifest: made.manifest,
  config: made.config,
  layers: (made.manifest['layers'] ?? []) as readonly SeededDescriptor[],
  signatures,
})

const checks = {
  seed: [(value: unknown) => isText(value) || Number.isFinite(value), 'a number or text'],
  created: [
    (value: unknown) => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
    "a time such as '2026-01-02T03:04:05Z'",
  ],
} as const
