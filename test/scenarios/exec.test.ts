import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { runCommand } from '../../harness/run.js'
import { clientPaths } from '../support/client-paths.js'
import { main } from '../support/cli.js'
import { folderFor } from '../support/registries.js'

const ids = ['helm@3.22.0', 'cosign@2.6.5', 'crane', 'oras', 'regctl']
const client = await clientPaths([...ids, 'podman', 'skopeo', 'buildah', 'curl', 'python3'])

// Nothing here says where a CA, a login or a configuration is; over http PLAIN and INSECURE are flags that say so.
const script = `
set -eu
podman build --tag "$REGISTRY/app:1" . >/dev/null
podman push "$REGISTRY/app:1"
buildah pull --policy always "$REGISTRY/app:1" >/dev/null && echo buildah
skopeo inspect $INSECURE "docker://$REGISTRY/app:1" >/dev/null && echo skopeo
"$CRANE" manifest "$REGISTRY/app:1" >/dev/null && echo crane
"$ORAS" manifest fetch $PLAIN "$REGISTRY/app:1" >/dev/null && echo oras
"$REGCTL" manifest get "$REGISTRY/app:1" >/dev/null && echo regctl
"$COSIGN" generate-key-pair
"$COSIGN" sign --yes --tlog-upload=false --key cosign.key "$REGISTRY/app:1"
"$COSIGN" verify --insecure-ignore-tlog --key cosign.pub "$REGISTRY/app:1" >/dev/null && echo cosign
"$HELM" package web >/dev/null
"$HELM" push $PLAIN web-0.1.0.tgz "oci://$REGISTRY/charts" && echo helm
curl --silent --show-error --fail --user alice:secret "$REGISTRY_URL/v2/_catalog" && echo
python3 "$PYTHON_CODE"
"$NODE" -e "$NODE_CODE"
"$NODE" "$MAIN" verify --key cosign.pub "$REGISTRY/app:1" >/dev/null && echo start-registry
exit 5
`

// What requests does: its own context, with the file that its variable names.
const pythonCode = `
import base64, os, ssl, urllib.request
login = base64.b64encode(b"alice:secret").decode()
request = urllib.request.Request(os.environ["REGISTRY_URL"] + "/v2/", headers={"Authorization": "Basic " + login})
for bundle in None, os.environ.get("REQUESTS_CA_BUNDLE"):
    context = ssl.create_default_context(cafile=bundle) if bundle else None
    print("python", urllib.request.urlopen(request, context=context).status)
`

const nodeCode = `
const headers = { Authorization: 'Basic ' + btoa('alice:secret') }
fetch(process.env.REGISTRY_URL + '/v2/', { headers }).then((reply) => console.log('node', reply.status))`

for (const [scheme, flags, env] of [
  ['http', [], { PLAIN: '--plain-http', INSECURE: '--tls-verify=false' }],
  ['https', ['--tls'], { PLAIN: '', INSECURE: '' }],
  ['https, with a HOME of its own', ['--tls', '--private-home'], { PLAIN: '', INSECURE: '' }],
  ['http, with a HOME of its own', ['--private-home'], { PLAIN: '--plain-http', INSECURE: '' }],
] as const) {
  void t.test(`exec wires every client: ${scheme}`, async (t) => {
    const folder = folderFor(t)
    writeFileSync(join(folder, 'Containerfile'), 'FROM scratch\nCOPY web /\n')
    writeFileSync(join(folder, 'client.py'), pythonCode)
    for (const name of ['web', 'user']) mkdirSync(join(folder, name))
    writeFileSync(join(folder, 'web/Chart.yaml'), 'apiVersion: v2\nname: web\nversion: 0.1.0\n')
    const words = [process.execPath, main, 'exec', ...flags, '--log', '--user', 'alice:secret']
    const { stdout, stderr } = await runCommand([...words, '--', 'sh', '-c', script], {
      cwd: folder,
      env: {
        ...env,
        HOME: join(folder, 'user'),
        ...Object.fromEntries(ids.map((id) => [id.replace(/@.*/, '').toUpperCase(), client(id)])),
        COSIGN_PASSWORD: '',
        NODE: process.execPath,
        MAIN: main,
        PYTHON_CODE: join(folder, 'client.py'),
        NODE_CODE: nodeCode,
      },
      status: 5,
    })
    t.same(stdout.trim().split('\n'), [
      'buildah',
      'skopeo',
      'crane',
      'oras',
      'regctl',
      'cosign',
      'helm',
      '{"repositories":["app","charts/web"]}',
      'python 200',
      'python 200',
      'node 200',
      'start-registry',
    ])
    t.match(stderr, / {2}201 {3}PUT {5}\/v2\/app\/manifests\/1 {2}.* {2}alice$/m)
  })
}
