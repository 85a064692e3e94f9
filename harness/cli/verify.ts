import type { Credentials, Login } from '../../src/client/authorization.js'
import type { ClientOptions } from '../../src/client/connection.js'
import { registrySource, type RegistrySource } from '../../src/client/source.js'
import { formatReference, parseRepository, type ImageReference } from '../../src/client/reference.js'
import type { Policy } from '../../src/cosign/policy.js'
import type { Verdict } from '../../src/cosign/verdict.js'
import { tagNotFound } from '../../src/cosign/verify-image.js'
import { dockerCredentials } from '../docker-login.js'
import { readOption } from '../pem.js'
import type { VerifyPolicy } from '../signatures/options.js'
import { readPolicy } from '../signatures/trust.js'
import { verifyBy } from '../signatures/verify-by.js'
import type { Arguments } from './arguments.js'
import { UsageError } from './flags.js'
import { readKeyReference } from './read-key.js'
import { sayError } from './say-error.js'
import { verdictText, whyNot } from './verdict-text.js'

/**
 * `verify REF…`: verifies what is signed in any registry, says what was looked at, and answers the exit code that cosign 3
 * has for the first that is not verified, or 0. COSIGN_REPOSITORY says where signatures are, as for cosign.
 * @throws UsageError for a COSIGN_REPOSITORY that is none; Error when a key cannot be read.
 */
export async function verify({ verify: request, json }: Arguments): Promise<number> {
  if (!request) throw new TypeError('verify was not asked for')
  const { references, policy, caFile, login } = request
  const options = {
    credentials: login === undefined ? dockerCredentials() : only(references, login),
    ca: caFile === undefined ? undefined : readOption('CA', caFile),
  }
  const keys = policy.keys && (await Promise.all(policy.keys.map((key) => readKeyReference(key, options))))
  const now = Date.now()
  const verification: Verification = { policy, read: await readPolicy({ ...policy, keys }, now), now, options, json }
  const elsewhere = signatureRepository()
  let code = 0
  for (const [index, reference] of references.entries()) {
    if (index > 0 && !json) process.stdout.write('\n')
    const ended = await verifyOne(reference, elsewhere, verification)
    code ||= ended
  }
  return code
}

/** What is the same for all references. */
interface Verification {
  /** As it was written, for what is said. */
  readonly policy: VerifyPolicy
  readonly read: Policy
  readonly now: number
  readonly options: ClientOptions
  readonly json: boolean
}

// What goes wrong with one reference is said, and the next is looked at.
async function verifyOne(
  reference: ImageReference,
  elsewhere: ImageReference | undefined,
  verification: Verification,
): Promise<number> {
  const { policy, read, now, options, json } = verification
  const sources: Sources = {
    image: registrySource(reference, options),
    signatures: elsewhere && registrySource(elsewhere, options),
  }
  try {
    const digest = await sources.image.resolve()
    const strictness = policy.strict ? 'strict' : 'cosign'
    const verdict =
      digest === undefined
        ? tagNotFound(formatReference(reference), strictness, policy.type)
        : await verifyBy(read, sources.image, digest, policy, {
            now,
            signatures: sources.signatures,
            // containers/image looks at what the signature says it is for; cosign does not.
            reference: policy.strict ? { repository: `${reference.registry}/${reference.repository}` } : undefined,
          })
    print(verdict, reference, sources, verification)
    return verdict.exitCode
  } catch (error) {
    sayError(error, json, { reference: formatReference(reference) })
    return 1
  } finally {
    sources.image.close()
    sources.signatures?.close()
  }
}

interface Sources {
  readonly image: RegistrySource
  /** Undefined where they are beside the image. */
  readonly signatures: RegistrySource | undefined
}

// A login that is written on the command line goes to the registries that are written beside it.
const only = (references: readonly ImageReference[], login: Login): Credentials => {
  const registries = new Set(references.map(({ registry }) => registry))
  return (registry) => Promise.resolve(registries.has(registry) ? login : undefined)
}

function signatureRepository(): ImageReference | undefined {
  const text = process.env['COSIGN_REPOSITORY']
  if (!text) return undefined
  try {
    return { ...parseRepository(text), tag: 'latest' }
  } catch (error) {
    throw new UsageError(`COSIGN_REPOSITORY: ${(error as Error).message}`, { cause: error })
  }
}

function print(
  verdict: Verdict,
  reference: ImageReference,
  sources: Sources,
  { policy, json }: Pick<Verification, 'policy' | 'json'>,
): void {
  const name = formatReference(reference)
  const url = (sources.signatures ?? sources.image).origin
  if (json) {
    process.stdout.write(`${JSON.stringify({ event: 'verdict', reference: name, url, ...verdict })}\n`)
    return
  }
  process.stdout.write(verdictText(verdict, { name, url, policy }))
  if (!verdict.verified) process.stderr.write(`start-registry: ${name} is not verified: ${whyNot(verdict)}\n`)
}
