import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { needBinary } from '../../../vendor-binaries/find.js'

const run = promisify(execFile)

/** The password of all keys here. */
export const password = 'test'

/** The versions of cosign that are tried. */
export const versions = ['1.0.0', '2.6.5', '3.1.3'] as const
export type Version = (typeof versions)[number]

/** How each of them signs a file without asking anybody. */
const signing: Readonly<Record<Version, readonly string[]>> = {
  '1.0.0': ['sign-blob', '-key'],
  '2.6.5': ['sign-blob', '--yes', '--tlog-upload=false', '--key'],
  '3.1.3': [
    'sign-blob',
    '--yes',
    '--use-signing-config=false',
    '--tlog-upload=false',
    '--new-bundle-format=false',
    '--key',
  ],
}

/** A real cosign, run in a folder that is its home too; each function answers what it says on stdout. */
export interface RealCosign {
  /** Writes `cosign.key` and `cosign.pub`. */
  generateKeyPair(): Promise<string>
  /** Writes `import-cosign.key` and `import-cosign.pub` from a file with a private key; cosign 1 cannot. */
  importKeyPair(file: string): Promise<string>
  /** The public key of a private key's file, as PEM. */
  publicKey(file: string): Promise<string>
  /** A file's signature, in base64. */
  signBlob(keyFile: string, file: string): Promise<string>
  /** Rejects unless the signature in a file, in base64, is the key's over another file. */
  verifyBlob(keyFile: string, signatureFile: string, file: string): Promise<string>
}

/** The real cosign of a version. */
export async function realCosign(version: Version, folder: string): Promise<RealCosign> {
  const { path } = await needBinary(`cosign@${version}`)
  const env = { HOME: folder, COSIGN_PASSWORD: password, SIGSTORE_REKOR_PUBLIC_KEY: join(folder, 'cosign.pub') }
  const cosign = async (...args: readonly string[]): Promise<string> => {
    const running = run(path, args, { cwd: folder, env, timeout: 60_000 })
    running.child.stdin?.end()
    return (await running).stdout
  }
  const key = version === '1.0.0' ? '-key' : '--key'
  const ignore = version === '1.0.0' ? [] : ['--insecure-ignore-tlog=true']
  const signature = version === '1.0.0' ? '-signature' : '--signature'
  return {
    generateKeyPair: () => cosign('generate-key-pair'),
    importKeyPair: (file) => cosign('import-key-pair', '--yes', '--output-key-prefix', 'import-cosign', '--key', file),
    publicKey: (file) => cosign('public-key', key, file),
    signBlob: (keyFile, file) => cosign(...signing[version], keyFile, file),
    verifyBlob: (keyFile, signatureFile, file) =>
      cosign('verify-blob', ...ignore, key, keyFile, signature, signatureFile, file),
  }
}
