import { readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const root = fileURLToPath(new URL('../../../', import.meta.url))

// Which rooms a room may import from, beside itself.
const arrows: Readonly<Record<string, readonly string[]>> = {
  'src/formats': [],
  'src/route': [],
  'src/profiles': [],
  'src/protocol': ['src/route'],
  'src/store': ['src/protocol', 'src/route'],
  'src/client': ['src/cosign', 'src/protocol', 'src/route'],
  'src/cosign': ['src/formats'],
  'src/access': ['src/protocol', 'src/route'],
  'src/distribution': ['src/access', 'src/profiles', 'src/store', 'src/protocol', 'src/route'],
  'src/helm': ['src/access', 'src/store', 'src/protocol', 'src/route', 'src/formats'],
  'src/quay': ['src/access', 'src/profiles', 'src/store', 'src/protocol', 'src/route', 'src/formats'],
  'src/inspector': ['src/access', 'src/cosign', 'src/store', 'src/protocol', 'src/formats', 'src/route'],
  'src/server': [
    'src/distribution',
    'src/helm',
    'src/access',
    'src/profiles',
    'src/store',
    'src/protocol',
    'src/formats',
    'src/route',
  ],
  src: ['src/server', 'src/access', 'src/store', 'src/protocol', 'src/route'],
  'vendor-binaries': [],
  harness: [
    'src/client',
    'src/cosign',
    'src/distribution',
    'src/formats',
    'src/inspector',
    'src/profiles',
    'src/quay',
    'src/server',
    'src/access',
    'src/store',
    'src/protocol',
    'src/route',
    'vendor-binaries',
  ],
  scenarios: [
    'harness',
    'src',
    'src/cosign',
    'src/server',
    'src/store',
    'src/protocol',
    'src/route',
    'vendor-binaries',
  ],
}

// The packages that a room may load at run time.
const packages: Readonly<Record<string, readonly string[]>> = {
  'src/access': ['bcryptjs'],
  'src/cosign': ['@noble/ciphers', '@noble/curves'],
  'src/helm': ['yaml'],
  'src/quay': ['yaml'],
  harness: ['execa', 'signal-exit', 'yaml'],
  scenarios: ['@noble/curves', 'execa'],
  'vendor-binaries': ['execa'],
}

interface Import {
  readonly from: string
  readonly to: string
  /** Whether it is there when the file is loaded: not for types, and not for what is imported by a call. */
  readonly loads: boolean
}

const files = ['src', 'harness', 'scenarios', 'vendor-binaries'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name)),
)

const imports = files.flatMap((from): Import[] => {
  const text = readFileSync(join(root, from), 'utf8').replace(/^\s*(\/\/|\*|\/\*).*$/gm, '')
  const statics = Array.from(
    text.matchAll(/^(?:import|export)\b[^'"`;]*?from\s+'([^']+)'|^import\s+'([^']+)'/gm),
    (found) => ({
      from,
      to: found[1] ?? (found[2] as string),
      loads: !/^(?:import|export) type\b/.test(found[0]),
    }),
  )
  const dynamics = Array.from(text.matchAll(/\bimport\('([^']+)'\)/g), (found) => ({
    from,
    to: found[1] as string,
    loads: false,
  }))
  return [...statics, ...dynamics]
})

const roomOf = (file: string): string => {
  const [first = '', second = ''] = file.split('/')
  return first === 'src' && file.split('/').length > 2 ? `src/${second}` : first
}

const target = ({ from, to }: Import): string => normalize(join(dirname(from), to)).replace(/\.js$/, '.ts')

// Without what stands after it: `@scope/name/file.js`.
const packageOf = (specifier: string): string => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier

const isBuiltin = (name: string): boolean => name.startsWith('node:') || builtinModules.includes(name)

void t.test('imports point one way', async (t) => {
  t.ok(imports.length > 100, `${imports.length} imports were read`)
  const wrong = imports
    .filter(({ to }) => to.startsWith('.'))
    .map((one) => ({ ...one, rooms: [roomOf(one.from), roomOf(target(one))] as const }))
    .filter(({ rooms: [from, to] }) => from !== to && !arrows[from]?.includes(to))
    .map(({ from, to }) => `${from} imports ${to}`)
  t.same(wrong, [])
})

void t.test('run-time packages are the ones that are listed', async (t) => {
  const wrong = imports
    .filter(({ to }) => !to.startsWith('.') && !isBuiltin(to))
    .filter(({ from, to }) => !packages[roomOf(from)]?.includes(packageOf(to)))
    .map(({ from, to }) => `${from} imports ${to}`)
  t.same(wrong, [])
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies: object }
  t.same(Object.keys(dependencies).toSorted(), [...new Set(Object.values(packages).flat())].toSorted())
})

/** All files that are loaded with some files, and the packages. */
function loadedWith(...entries: readonly string[]): Set<string> {
  const seen = new Set<string>()
  const waiting = [...entries]
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file)) continue
    seen.add(file)
    for (const one of imports) {
      if (one.from === file && one.loads) waiting.push(one.to.startsWith('.') ? target(one) : one.to)
    }
  }
  return seen
}

const isPackage = (name: string): boolean => !name.endsWith('.ts') && !isBuiltin(name)

const served = loadedWith('harness/cli/main.ts', 'harness/cli/serve.ts', 'harness/index.ts', 'src/index.ts')

void t.test('serving loads no package at all', async (t) => {
  t.same([...served].filter(isPackage), [])
  // Charts are served by few registries.
  t.same(
    [...served].filter((name) => roomOf(name) === 'src/helm'),
    [],
  )
})

void t.test('serving loads no page before one is asked for', async (t) => {
  t.ok(served.has('harness/inspector/stage.ts'))
  t.same(
    [...served].filter((name) => name.startsWith('src/inspector/')),
    [],
  )
})

void t.test('verifying with a key loads one curve’s arithmetic, and nothing of certificates and logs', async (t) => {
  const loaded = [...loadedWith('harness/cli/main.ts', 'harness/cli/verify.ts')]
  t.same(loaded.filter(isPackage), ['@noble/curves/abstract/weierstrass.js'])
  t.same(
    loaded.filter((file) => /^src\/cosign\/(?:x509|logs|timestamps)\//.test(file)),
    [],
  )
})

void t.test('serving loads of seeds only what describes them', async (t) => {
  t.same([...served].filter((name) => name.startsWith('harness/seeds/')).toSorted(), [
    'harness/seeds/artifact.ts',
    'harness/seeds/chart.ts',
    'harness/seeds/content.ts',
    'harness/seeds/generate-key.ts',
    'harness/seeds/image-index.ts',
    'harness/seeds/image.ts',
    'harness/seeds/kinds.ts',
    'harness/seeds/plan.ts',
    'harness/seeds/signed.ts',
  ])
  t.ok(loadedWith('harness/seeds/seed.ts').has('src/formats/tar-writer.ts'))
  t.notOk(served.has('src/formats/tar-writer.ts'))
})

void t.test('files are small', async (t) => {
  const counts = files.map((file) => [readFileSync(join(root, file), 'utf8').split('\n').length, file] as const)
  t.same(
    counts.filter(([lines]) => lines > 400),
    [],
  )
  t.ok(counts.filter(([lines]) => lines < 200).length / counts.length > 0.8, 'most are under 200 lines')
})
