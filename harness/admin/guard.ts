import { isIP } from 'node:net'
import type { Call } from '../../src/protocol/call.js'
import { RegistryError } from '../../src/protocol/errors.js'

/**
 * Turns away what a page of another site makes a browser send: what names another Origin, and what was sent to a name
 * that such a site could have pointed at this machine (DNS rebinding). A page has no other way to get here, since
 * bodies must be JSON, which browsers ask for permission to send, and get none.
 * @param names Host names that are known to be ours.
 * @throws RegistryError DENIED
 */
export function turnAwaySites({ headers, origin }: Pick<Call, 'headers' | 'origin'>, names: readonly string[]): void {
  const host = hostName(origin.host)
  if (!isSafe(host) && !names.some((name) => name.toLowerCase() === host)) {
    throw denied(
      'this name may be of another site: use localhost, an IP address, or a name that the registry was started with',
    )
  }
  if (
    headers.origin !== undefined &&
    headers.origin.toLowerCase() !== `${origin.scheme}://${origin.host}`.toLowerCase()
  ) {
    throw denied('a page of another site may not steer this registry')
  }
}

const denied = (message: string): RegistryError => new RegistryError('DENIED', message)

const hostName = (host: string): string =>
  host
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase()

// Names without a dot are this machine's, its container's or its network's; those of RFC 6761 and .internal nobody can
// buy.
const isSafe = (host: string): boolean =>
  isIP(host) > 0 || (host !== '' && !host.includes('.')) || /\.(?:localhost|test|invalid|internal)$/.test(host)

/** Whether an address can be reached from this machine alone. */
export const isLoopback = (address: string): boolean =>
  address === 'localhost' || address === '::1' || (isIP(address) === 4 && address.startsWith('127.'))
