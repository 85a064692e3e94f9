import type { Verdict } from '../../src/cosign/verdict.js'
import { whenReady } from '../../src/protocol/awaitable.js'
import type { Call, Reply, Stage } from '../../src/protocol/call.js'
import { RegistryError } from '../../src/protocol/errors.js'
import { isDigest, type Digest } from '../../src/route/names.js'
import type { Route } from '../../src/route/route.js'
import { digestOf } from '../../src/store/hashing.js'
import type { Store } from '../../src/store/store.js'
import { readAgain } from '../read-again.js'
import { isAttachment, isReferrersTag } from './attachments.js'
import type { Guard } from './guard.js'
import type { AdmissionAction, ReadRule } from './rules.js'

/** A manifest that a repository has, and is to get one more tag. */
export interface Tagging {
  readonly repository: string
  readonly digest: Digest
  readonly tag: string
  /** Who wants it; undefined for nobody in particular. */
  readonly account: string | undefined
}

/** Where images are let pass that have the signatures that rules ask for. */
export interface Admission {
  /** Stands behind access and in front of the handlers. */
  readonly stage: Stage
  /**
   * Asks for what is tagged by another way than a push: Quay's management API.
   * @throws RegistryError DENIED, as the stage.
   */
  readonly tagging: (tagging: Tagging) => Promise<void>
}

type ManifestCall = Call<Extract<Route, { readonly kind: 'manifest' }>>
type Next = () => Reply | Promise<Reply>

/**
 * Lets images pass that have the signatures that rules ask for. What is attached to images always passes, so that they can be signed.
 *
 * A pull is answered first and then looked at: that way what was looked at is what is sent, whatever becomes of the tag
 * in the meantime.
 * @throws RegistryError DENIED that says which rule, and what was found.
 */
export const admission = (rules: readonly ReadRule[], store: Store, guard: Guard): Admission => ({
  stage(call, next) {
    const { route, method } = call
    if (route.kind !== 'manifest') return next()
    const manifestCall = call as ManifestCall
    if (method === 'GET' || method === 'HEAD') {
      const asked = rulesFor(rules, 'pull', askedOf(manifestCall))
      return asked.length === 0
        ? next()
        : whenReady(next(), (reply) => pulled(manifestCall, reply, asked, store, guard))
    }
    if (method !== 'PUT') return next()
    const asked = rulesFor(rules, 'tag', askedOf(manifestCall))
    return asked.length === 0 ? next() : tagged(manifestCall, next, asked, guard)
  },
  async tagging({ repository, digest, tag, account }) {
    const asked = rulesFor(rules, 'tag', { repository, account })
    const entry = asked.length === 0 ? undefined : await store.manifest(repository, digest)
    const bytes = entry && (await store.manifestBytes(repository, digest))
    if (!bytes || isAttachment(bytes) || isReferrersTag(tag, entry.mediaType)) return
    await admit(repository, digest, 'tag', asked, guard)
  },
})

interface Asked {
  readonly repository: string
  readonly account: string | undefined
}

const askedOf = ({ route, account }: ManifestCall): Asked => ({ repository: route.repository, account })

const rulesFor = (rules: readonly ReadRule[], action: AdmissionAction, { repository, account }: Asked): ReadRule[] =>
  rules.filter(
    ({ actions, signers, matches }) =>
      actions.has(action) && !(account !== undefined && signers.has(account)) && matches(repository),
  )

async function pulled(
  { route }: ManifestCall,
  reply: Reply,
  rules: readonly ReadRule[],
  store: Store,
  guard: Guard,
): Promise<Reply> {
  const { repository, reference } = route
  const digest = String(reply.headers['Docker-Content-Digest'])
  if (!isDigest(digest)) return reply
  const entry = await store.manifest(repository, digest)
  if (isReferrersTag(reference.tag, entry?.mediaType)) return reply
  const bytes = await store.manifestBytes(repository, digest)
  if (!bytes || !isAttachment(bytes)) await admit(repository, digest, 'pull', rules, guard)
  return reply
}

async function tagged(call: ManifestCall, next: Next, rules: readonly ReadRule[], guard: Guard): Promise<Reply> {
  const { repository, reference } = call.route
  const tags = [reference.tag, ...(call.query.get('tag') ?? [])].filter((tag) => tag !== undefined)
  if (tags.length === 0) return next()
  const bytes = await readAgain(call)
  if (!bytes) return next()
  const mediaType = call.headers['content-type']?.split(';', 1)[0]?.trim()
  if (!isAttachment(bytes) && !tags.every((tag) => isReferrersTag(tag, mediaType))) {
    await admit(repository, digestOf(bytes), 'tag', rules, guard)
  }
  return next()
}

async function admit(
  repository: string,
  digest: Digest,
  action: AdmissionAction,
  rules: readonly ReadRule[],
  guard: Guard,
): Promise<void> {
  for (const rule of rules) {
    const refusal = await guard.refusal(repository, digest, rule)
    if (refusal) throw denied(repository, digest, action, rule, refusal)
  }
}

function denied(
  repository: string,
  digest: Digest,
  action: AdmissionAction,
  { pattern, keys }: ReadRule,
  verdict: Verdict,
): RegistryError {
  const what = action === 'pull' ? 'pulled' : 'tagged'
  const wanted = keys.length === 1 ? "the rule's key" : `one of the rule's ${keys.length} keys`
  return new RegistryError(
    'DENIED',
    `${digest} of ${shorten(repository, 100)} may not be ${what}: the admission rule for ${shorten(pattern, 100)} asks for a signature by ${wanted}, and ${found(verdict)}`,
  )
}

function found({ signatures, findings }: Verdict): string {
  if (findings[0]?.code === 'NO_SIGNATURES') return 'there is none (NO_SIGNATURES)'
  if (signatures.length === 0) return shorten(reason(findings), 300)
  const first = signatures.map((one) => reason(one.findings)).find((text) => text !== '') ?? ''
  const which = signatures.length === 1 ? 'the one there is is not valid' : `none of ${signatures.length} is valid`
  return shorten(`${which}: ${first}`, 300)
}

const reason = (findings: Verdict['findings']): string =>
  findings
    .slice(0, 1)
    .map(({ code, message }) => `${message} (${code})`)
    .join('')

const shorten = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most)}…` : text)
