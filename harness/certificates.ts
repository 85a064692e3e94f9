import type { StartOptions } from './options.js'
import { pemText } from './pem.js'

/** What a server shows, and what its clients are to trust. */
export interface Certificates {
  readonly cert: string
  readonly key: string
  readonly ca: string | undefined
  readonly spkiPin: string | undefined
}

/**
 * The certificates that the option `tls` asks for: one's own, or made now.
 * @throws Error for a file that cannot be read.
 */
export async function certificatesOf(tls: NonNullable<StartOptions['tls']>, now: number): Promise<Certificates> {
  if (typeof tls === 'object' && 'cert' in tls) {
    const pem = (text: string): string => pemText('certificate', text)
    return {
      cert: pem(tls.cert),
      key: pem(tls.key),
      ca: tls.ca === undefined ? undefined : pem(tls.ca),
      spkiPin: undefined,
    }
  }
  const { makeCertificates } = await import('../src/server/certificates.js')
  const { ca, certificate, key, spkiPin } = makeCertificates({ names: typeof tls === 'object' ? tls.names : [], now })
  return { cert: certificate, key, ca: ca.certificate, spkiPin }
}
