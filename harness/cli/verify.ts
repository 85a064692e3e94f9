import { registrySource, type RegistrySource } from '../../src/client/source.js'
import { formatReference, parseRepository, type ImageReference } from '../../src/client/reference.js'
import type { Verdict } from '../../src/cosign/verdict.js'
import { tagNotFound } from '../../src/cosign/verify-image.js'
import { dockerCredentials } from '../docker-login.js'
import { readOption } from '../pem.js'
import { readPolicy } from '../signatures/trust.js'
import { verifyBy } from '../signatures/verify-by.js'
import type { Arguments } from './arguments.js'
import { UsageError } from './flags.js'
import { verdictText, whyNot } from './verdict-text.js'
import type { VerifyRequest } from './verify-flags.js'

/**
 * `verify REF`: verifies what is signed in any registry, says what was looked at, and answers the exit code that cosign 3
 * has for it: 0 when it is verified. COSIGN_REPOSITORY says where signatures are, as for cosign.
 * @throws UsageError for a COSIGN_REPOSITORY that is none; Error when a key cannot be read, or the registry.
 */
export async function verify({ verify: request, json }: Arguments): Promise<number> {
  if (!request) throw new TypeError('verify was not asked for')
  const { reference, policy } = request
  const now = Date.now()
  const read = readPolicy(policy, now)
  const sources = openSources(request)
  try {
    const digest = await sources.image.resolve()
    const strictness = policy.strict ? 'strict' : 'cosign'
    const verdict =
      digest === undefined
        ? tagNotFound(formatReference(reference), strictness)
        : await verifyBy(read, sources.image, digest, policy, {
            now,
            signatures: sources.signatures,
            // containers/image looks at what the signature says it is for; cosign does not.
            reference: policy.strict ? { repository: `${reference.registry}/${reference.repository}` } : undefined,
          })
    print(verdict, request, sources, json)
    return verdict.exitCode
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

function openSources({ reference, caFile }: VerifyRequest): Sources {
  const elsewhere = process.env['COSIGN_REPOSITORY']
  const other = elsewhere ? signatureRepository(elsewhere) : undefined
  const options = {
    credentials: dockerCredentials(),
    ca: caFile === undefined ? undefined : readOption('CA', caFile),
  }
  return { image: registrySource(reference, options), signatures: other && registrySource(other, options) }
}

function signatureRepository(text: string): ImageReference {
  try {
    return { ...parseRepository(text), tag: 'latest' }
  } catch (error) {
    throw new UsageError(`COSIGN_REPOSITORY: ${(error as Error).message}`, { cause: error })
  }
}

function print(verdict: Verdict, { reference, policy }: VerifyRequest, sources: Sources, json: boolean): void {
  const name = formatReference(reference)
  const url = (sources.signatures ?? sources.image).origin
  if (json) {
    process.stdout.write(`${JSON.stringify({ event: 'verdict', reference: name, url, ...verdict })}\n`)
    return
  }
  process.stdout.write(verdictText(verdict, { name, url, policy }))
  if (!verdict.verified) process.stderr.write(`start-registry: ${name} is not verified: ${whyNot(verdict)}\n`)
}
