import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { cachedPath } from '../../vendor-binaries/cache.js'
import { installBinaries } from '../../vendor-binaries/install.js'
import type { Binary } from '../../vendor-binaries/manifest.js'
import { executable, oldTool, platform, systemTool, tool } from '../support/clients.js'
import { folderFor, type Teardown } from '../support/registries.js'

/** An empty cache, and a PATH of the programs that a test writes. */
function machine(t: Teardown) {
  const folder = folderFor(t)
  const bin = join(folder, 'bin')
  return {
    folder,
    bin,
    env: { START_REGISTRY_CACHE: join(folder, 'cache'), PATH: `${bin}:/usr/bin:/bin`, LOG: join(folder, 'log') },
    log: () => readFileSync(join(folder, 'log'), 'utf8'),
  }
}

/** Installs, and answers all that was said. */
async function install(rows: readonly Binary[], env: NodeJS.ProcessEnv, offline?: boolean) {
  const said: string[] = []
  const complaints: string[] = []
  const absent = await installBinaries(rows, {
    say: (line) => void said.push(line),
    complain: (line) => void complaints.push(line),
    offline,
    env,
  })
  return { absent, said, complaints }
}

// A Go toolchain that writes down what it was asked, and makes a program that says the version that it was asked for.
const go = `#!/bin/sh
echo "$* (GOBIN=$GOBIN CGO_ENABLED=$CGO_ENABLED)" >>"$LOG"
while [ $# -gt 1 ]; do [ "$1" = -o ] && out=$2; shift; done
if [ -f go.mod ]; then cat go.mod >>"$LOG"; version=$(sed -n 's/^require .* //p' go.mod); else version=\${1#*@}; fi
printf '#!/bin/sh\\necho %s\\n' "$version" >"\${out:-$GOBIN/tool}"
`

void t.test('what is missing is built, and then in the cache', async (t) => {
  const { bin, env, log } = machine(t)
  executable(join(bin, 'go'), '', go)
  const flagged: Binary = {
    ...tool,
    source: { ...tool.source, kind: 'go', version: 'v1.2.3', go: '1', ldflags: '-X a' },
  }
  const { absent, said, complaints } = await install([flagged], env)
  t.same([absent, complaints], [[], []])
  t.equal(said[0], 'tool 1.2.3: building with go install -v -trimpath -ldflags=-X a example.com/tool@v1.2.3')
  t.match(said[1], /^tool 1\.2\.3: built \(\d s\)$/)
  t.equal(said[2], `tool 1.2.3: ${cachedPath(tool, env)}`)
  t.match(log(), /^install -v -trimpath -ldflags=-X a example\.com\/tool@v1\.2\.3 \(GOBIN=.* CGO_ENABLED=0\)$/m)
  t.same((await install([flagged], env)).said, [`tool 1.2.3: ${cachedPath(tool, env)}`], 'nothing is built twice')
})

void t.test('a client that calls C is built with its tags and with cgo', async (t) => {
  const { bin, env, log } = machine(t)
  executable(join(bin, 'go'), '', go)
  const source = {
    kind: 'go',
    package: 'example.com/tool',
    version: 'v1.2.3',
    go: '1',
    tags: ['pkcs11', 'other'],
    cgo: true,
  } as const
  const { absent, complaints } = await install([{ ...tool, source }], env)
  t.same([absent, complaints], [[], []])
  t.match(log(), /^install -v -trimpath -tags=pkcs11,other example\.com\/tool@v1\.2\.3 \(GOBIN=.* CGO_ENABLED=1\)$/m)
})

void t.test('what go install cannot build is built inside a module that requires it', async (t) => {
  const { bin, env, log } = machine(t)
  executable(join(bin, 'go'), '', go)
  const source = {
    kind: 'go',
    package: 'example.com/m/tool',
    version: 'v1.2.3',
    go: '1',
    module: 'example.com/m',
  } as const
  const { absent, complaints } = await install([{ ...tool, source }], env)
  t.same([absent, complaints], [[], []])
  t.match(log(), /^build -mod=mod -v -trimpath -o \S+\/tool example\.com\/m\/tool /)
  t.match(log(), /^module build\n\nrequire example\.com\/m v1\.2\.3\n/m)
})

void t.test('a build of another version is not kept', async (t) => {
  const { bin, env } = machine(t)
  executable(join(bin, 'go'), '', "#!/bin/sh\nprintf '#!/bin/sh\\necho v9\\n' >$GOBIN/tool\n")
  const { absent, complaints } = await install([tool], env)
  t.same(absent, [tool])
  t.same(complaints, ['tool 1.2.3 was built, and cannot be used: it says that it is tool 9, and not 1.2.3'])
  t.notOk(existsSync(cachedPath(tool, env)))
})

void t.test('a build that fails, and no Go, are said; the other clients are got all the same', async (t) => {
  const { bin, env } = machine(t)
  executable(join(bin, 'tool'), '1.2.3')
  const noGo = await install([oldTool, tool], { ...env, PATH: bin })
  t.same(noGo.absent, [oldTool])
  t.match(noGo.complaints, [
    /^tool 1\.0\.0 is built with Go, and there is no go on PATH\. .* run: npx start-registry binaries install tool@1\.0\.0$/,
  ])
  t.same(noGo.said.at(-1), `tool 1.0.0: building with go install -v -trimpath example.com/tool@v1.2.3`)
  t.ok(noGo.said.includes(`tool 1.2.3: ${bin}/tool`))
  executable(join(bin, 'go'), '', '#!/bin/sh\necho no such module >&2\nexit 1\n')
  const failed = await install([oldTool], env)
  t.match(failed.complaints[0], /^tool 1\.0\.0 could not be built \(it needs Go 1\.26 or newer\): .*\nno such module$/s)
})

void t.test('all clients of the system are one call of apt-get, for root', async (t) => {
  const { bin, env, log } = machine(t)
  const apt = `#!/bin/sh
echo "$*" >>"$LOG"
[ "$4" = install ] || exit 0
shift 6
for name; do printf '#!/bin/sh\\necho v5.0\\n' >${bin}/$name; chmod +x ${bin}/$name; done
`
  executable(join(bin, 'apt-get'), '', apt)
  executable(join(bin, 'flock'), '', '#!/bin/sh\nshift\nexec "$@"\n')
  const other: Binary = { ...systemTool, name: 'other', source: { kind: 'system', package: 'other' } }
  t.intercept(process, 'getuid', { value: () => 1000 })
  const user = await install([systemTool, other], env)
  t.same(user.absent, [systemTool, other])
  t.same(user.complaints, [
    "tool, other: with the system's packages. Install: sudo apt-get install tool other on Debian and Ubuntu, " +
      'sudo dnf install tool other on Fedora',
  ])
  t.intercept(process, 'getuid', { value: () => 0 })
  const root = await install([systemTool, other], env)
  t.same([root.absent, root.complaints], [[], []])
  t.match(log(), /^-q -o DPkg::Lock::Timeout=600 install --yes --no-install-recommends tool other$/m)
  t.equal(log().match(/ install /g)?.length, 1)
  t.same(root.said.slice(-2), [`tool 5.0: ${bin}/tool`, `other 5.0: ${bin}/other`])
})

void t.test('offline nothing is built or installed, and what is missing is said', async (t) => {
  const { bin, env, folder } = machine(t)
  for (const name of ['go', 'apt-get', 'flock']) executable(join(bin, name), '', `#!/bin/sh\necho ${name} >>"$LOG"\n`)
  const lines = [
    `tool 1.0.0 is missing: START_REGISTRY_TOOL_1_0_0 is not set, it is not in the cache, ${folder}/cache, ` +
      'it is not on PATH. Get it with: npx start-registry binaries install tool@1.0.0',
    'tool is missing: START_REGISTRY_TOOL is not set, it is not on PATH. ' +
      'Get it with: npx start-registry binaries install tool',
    'offline: nothing is built or installed',
  ]
  for (const [name, offline] of [
    ['0', true],
    ['1', undefined],
  ] as const) {
    const { absent, complaints } = await install(
      [oldTool, systemTool],
      { ...env, START_REGISTRY_OFFLINE: name },
      offline,
    )
    t.same(absent, [oldTool, systemTool])
    t.same(complaints, lines)
  }
  t.notOk(existsSync(join(folder, 'log')), 'nothing was run')
})

const main = fileURLToPath(new URL('../../harness/cli/main.js', import.meta.url))

const cli = (env: NodeJS.ProcessEnv, ...args: string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    const child = execFile(process.execPath, [main, 'binaries', ...args], { env }, (_, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    )
  })

void t.test('binaries list is a table', async (t) => {
  const { env, folder } = machine(t)
  executable(join(folder, 'bin/regctl'), '', '#!/bin/sh\necho "VCSTag:     v0.11.7"\n')
  t.same(await cli({ ...env, PATH: join(folder, 'bin') }, 'list', 'cosign', 'regctl', 'podman', 'cosign@3.1.3'), {
    code: 0,
    out: [
      'CLIENT  VERSION  WHERE IT IS, OR HOW TO GET IT',
      'cosign  1.0.0    missing: npx start-registry binaries install cosign@1.0.0',
      'cosign  2.6.5    missing: npx start-registry binaries install cosign@2.6.5',
      'cosign  3.1.3    missing: npx start-registry binaries install cosign@3.1.3',
      `regctl  0.11.7   ${folder}/bin/regctl (PATH)`,
      'podman  system   missing: npx start-registry binaries install podman',
      '',
    ].join('\n'),
    err: '',
  })
})

void t.test('binaries install --from takes what was downloaded, --offline says what is missing', async (t) => {
  const { env, folder } = machine(t)
  const name = `regctl-${platform.system}-${platform.machine}`
  executable(join(folder, 'downloads', name), '', '#!/bin/sh\necho "VCSTag:     v0.11.7"\n')
  const args = ['install', 'regctl', 'helm@3.8.2', '--offline', '--from', join(folder, 'downloads')]
  t.same(await cli(env, ...args), {
    code: 1,
    out: `regctl 0.11.7: ${folder}/cache/binaries/regctl/0.11.7/regctl\n`,
    err:
      `start-registry: helm 3.8.2 is missing: START_REGISTRY_HELM_3_8_2 is not set, it is not in the cache, ` +
      `${folder}/cache, it is not in ${folder}/downloads, it is not on PATH. ` +
      'Get it with: npx start-registry binaries install helm@3.8.2\n' +
      'start-registry: offline: nothing is built or installed\n',
  })
  t.match(await cli(env, 'list', 'regctl'), { out: `regctl/0.11.7/regctl (cache)\n` })
})

void t.test('wrong use of binaries is 2, with a message that helps', async (t) => {
  const { env, folder } = machine(t)
  for (const [args, message] of [
    [['list', 'hlem'], 'there is no client hlem (did you mean helm?): they are helm@3.8.2, '],
    [['install', 'helm@3.8.3'], 'there is no client helm@3.8.3 (did you mean helm@3.8.2?): they are '],
    [['instal'], 'binaries has no instal (did you mean install?): it is list or install'],
    [['install', '--from', join(folder, 'none')], `--from must be a folder, and ${folder}/none is none`],
  ] as const) {
    const { code, out, err } = await cli(env, ...args)
    t.equal(code, 2)
    t.equal(out, '')
    t.ok(err.startsWith(`start-registry: ${message}`), err)
  }
})
