import { parseReference, type ImageReference } from '../../src/client/reference.js'
import type { Policy } from '../../src/cosign/policy.js'
import type { SignatureSource } from '../../src/cosign/source.js'
import type { SignatureVerdict } from '../../src/cosign/verdict.js'
import { tagNotFound } from '../../src/cosign/verify-image.js'
import type { Digest } from '../../src/route/names.js'
import type { VerifyByRule } from '../admission/guard.js'
import type { ReadRule } from '../admission/rules.js'
import type { Signatures } from './options.js'
import { storeSource, type SourceStore, type StoreView } from './store-source.js'
import { readKeys, readPolicy } from './trust.js'
import { verifyBy } from './verify-by.js'

/** What of a running registry its signatures are found by. */
export interface SignedRegistry extends StoreView {
  readonly store: SourceStore
  /** The names that clients have for it, with the port. */
  readonly names: readonly string[]
  readonly rules: readonly ReadRule[]
}

/** Looks at the signatures of what a registry holds, without a request. */
export function signaturesOf(registry: SignedRegistry): Signatures {
  const { store, rules, clock } = registry
  const find = async (text: string): Promise<Found> => {
    const reference = referenceOf(text, registry.names)
    const { repository } = reference
    const digest = reference.digest ?? (await store.tag(repository, reference.tag))
    return { reference, digest, source: storeSource(store, repository, registry) }
  }
  return {
    async verify(text, policy) {
      const now = clock()
      const read = await readPolicy(policy, now)
      const { reference, digest, source } = await find(text)
      if (digest === undefined) {
        const strictness = policy.strict ? 'strict' : 'cosign'
        return tagNotFound(`${reference.repository}:${reference.tag}`, strictness, policy.type)
      }
      return verifyBy(read, source, digest, policy, { now })
    },
    async signatures(text, policy) {
      const { reference, digest, source } = await find(text)
      if (digest === undefined) return []
      const now = clock()
      const read = policy ? await readPolicy(policy, now) : keysOf(rules, reference.repository)
      return allSignatures(source, digest, read, now)
    },
  }
}

interface Found {
  readonly reference: ImageReference
  /** Undefined for a tag that is not there. */
  readonly digest: Digest | undefined
  readonly source: SignatureSource
}

function referenceOf(text: string, names: readonly string[]): ImageReference {
  const own = names.find((name) => text.startsWith(`${name}/`))
  return parseReference(own === undefined ? `${names[0]}/${text}` : text)
}

// Nobody's keys: then nothing is verified, and everything is listed.
function keysOf(rules: readonly ReadRule[], repository: string): Policy {
  const keys = rules.filter(({ matches }) => matches(repository)).flatMap((rule) => rule.keys)
  return readKeys(keys)
}

/** Verifies by the keys of rules. @throws CosignError for what is no key. */
export function ruleVerifier(rules: readonly ReadRule[], store: SourceStore, view: StoreView): VerifyByRule {
  const policies = new Map(rules.map((rule) => [rule, readKeys(rule.keys)]))
  return (repository, digest, rule) => {
    const policy = policies.get(rule) as Policy
    const source = storeSource(store, repository, view)
    return verifyBy(policy, source, digest, { strict: rule.strict }, { now: view.clock() })
  }
}

// What is looked at in every form of storage is in `strict`; by what else a signature was refused is in `cosign`.
async function allSignatures(
  source: SignatureSource,
  digest: string,
  policy: Policy,
  now: number,
): Promise<readonly SignatureVerdict[]> {
  const found = new Map<string, SignatureVerdict>()
  for (const type of ['image', 'attestation'] as const) {
    for (const strict of [true, false]) {
      const { signatures } = await verifyBy(policy, source, digest, { strict, type }, { now })
      for (const one of signatures) {
        const key = `${one.manifest} ${one.blob} ${one.layer}`
        if (!found.get(key)?.verified) found.set(key, one)
      }
    }
  }
  return [...found.values()]
}
