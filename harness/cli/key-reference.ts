import { isLoopback } from '../../src/client/reference.js'

/**
 * Why a key reference, which cosign may take, is not one here; undefined for one that is: the path of a file, `env://NAME`,
 * `https://…`, and `http://…` of this machine.
 */
export function keyReferenceProblem(reference: string): string | undefined {
  const scheme = schemeOf(reference)
  if (scheme === undefined || scheme === 'env') return undefined
  if (scheme !== 'http' && scheme !== 'https') {
    const taken = '--key takes the public key: a PEM file, env://NAME or https://…'
    return `no key is asked of ${scheme}: ${taken} (\`cosign public-key --key ${reference}\` prints it)`
  }
  if (!URL.canParse(reference)) return `--key ${reference} is no URL`
  const { hostname } = new URL(reference)
  if (scheme === 'https' || isLoopback(hostname)) return undefined
  return `--key ${reference} would come unencrypted, and whoever sits between could change it: write https://`
}

/** The scheme of a key reference, in lower case; undefined for the path of a file. pkcs11 has no slashes (RFC 7512). */
export const schemeOf = (reference: string): string | undefined =>
  /^([a-z][a-z\d+.-]*):\/\//i.exec(reference)?.[1]?.toLowerCase() ?? /^(pkcs11):/.exec(reference)?.[1]
