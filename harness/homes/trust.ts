import type { HomeOptions } from './home.js'

/** Variables by which programs take the CA: those in Go, Python and Node, curl, git, and what is made with OpenSSL. */
export const trust = ({ ca }: HomeOptions): Record<string, string> =>
  ca === undefined
    ? {}
    : {
        SSL_CERT_FILE: ca.file,
        NODE_EXTRA_CA_CERTS: ca.file,
        REQUESTS_CA_BUNDLE: ca.file,
        CURL_CA_BUNDLE: ca.file,
        GIT_SSL_CAINFO: ca.file,
      }
