import { networkInterfaces } from 'node:os'
import { checkServerIdentity, type PeerCertificate } from 'node:tls'

/** Whether this machine has ::1. */
export const hasIpv6: boolean = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
)

const namesIpv6 = { subject: {}, subjectaltname: 'IP Address:0:0:0:0:0:0:0:1' } as PeerCertificate

/** The names to connect to with TLS. Node 22.23.3 takes no certificate for an IPv6 address, whoever made it. */
export const tlsHosts: readonly string[] = [
  '127.0.0.1',
  'localhost',
  ...(hasIpv6 && checkServerIdentity('::1', namesIpv6) === undefined ? ['::1'] : []),
]
