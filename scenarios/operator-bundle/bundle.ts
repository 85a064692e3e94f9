import type { Desk } from '../scenario.js'

/** What marks an image as the bundle of an operator, and says what is in it (OLM, "Operator Bundle"). */
export const labels: Readonly<Record<string, string>> = {
  'operators.operatorframework.io.bundle.channel.default.v1': 'stable',
  'operators.operatorframework.io.bundle.channels.v1': 'alpha,stable',
  'operators.operatorframework.io.bundle.manifests.v1': 'manifests/',
  'operators.operatorframework.io.bundle.mediatype.v1': 'registry+v1',
  'operators.operatorframework.io.bundle.metadata.v1': 'metadata/',
  'operators.operatorframework.io.bundle.package.v1': 'memcached-operator',
}

const lines = (entries: Readonly<Record<string, string>>, line: (name: string, value: string) => string): string =>
  Object.entries(entries)
    .map(([name, value]) => `${line(name, value)}\n`)
    .join('')

const containerfile = `FROM scratch
${lines(labels, (name, value) => `LABEL ${name}=${value}`)}COPY bundle/manifests /manifests/
COPY bundle/metadata /metadata/
`

/** The files of a bundle, by their paths in its image; `version` makes it another one. */
export const filesOf = (version: string): Readonly<Record<string, string>> => ({
  'manifests/memcached-operator.clusterserviceversion.yaml': `apiVersion: operators.coreos.com/v1alpha1
kind: ClusterServiceVersion
metadata:
  name: memcached-operator.v${version}
spec:
  displayName: Memcached
  version: ${version}
`,
  'metadata/annotations.yaml': `annotations:\n${lines(labels, (name, value) => `  ${name}: ${value}`)}`,
})

/** Writes a bundle as operator-sdk generates it, with its `bundle.Dockerfile`. */
export function writeBundle({ write }: Desk, version: string): void {
  write('bundle.Dockerfile', containerfile)
  for (const [path, text] of Object.entries(filesOf(version))) write(`bundle/${path}`, text)
}

/** Of an image's labels, those of the bundle: the others tell what it was built with. */
export const ofBundle = (all: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(all).filter(([name]) => name.startsWith('operators.operatorframework.io.')))
