import assert from 'node:assert/strict'
import { readmeFile, shownChart, valuesFile } from './chart.js'
import type { Helm } from './helm.js'

/** Shows and renders a chart that is in the registry alone. */
export async function showAndTemplate(helm: Helm, digest: string): Promise<void> {
  const { say, sh, host, flags, version, show } = helm
  const shown = { chart: shownChart, values: valuesFile, readme: readmeFile }
  const all = `${shown.chart}\n---\n${shown.values}\n---\n${shown.readme}`
  const reference = [`oci://${host}/team/web`, '--version', '0.1.0', ...flags]
  const pulled = version.saysWhatIsShown ? `Pulled: ${host}/team/web:0.1.0\nDigest: ${digest}` : ''

  say('Show and render what is not pulled')
  for (const [what, text] of Object.entries({ ...shown, all })) {
    const { stdout, stderr } = await sh`helm show ${what} ${reference}`
    // What is printed ends with line ends of the file and of helm.
    assert.equal(stdout.trimEnd(), text.trimEnd())
    assert.equal(stderr, pulled)
  }
  const rendered = await sh`helm template site ${reference} --set ${'greeting=good day'}`
  assert.equal(
    rendered.stdout,
    [
      '---',
      '# Source: web/templates/config-map.yaml',
      'apiVersion: v1',
      'kind: ConfigMap',
      'metadata:',
      '  name: site',
      'data:',
      '  greeting: good day',
    ].join('\n'),
  )
  assert.equal(rendered.stderr, pulled)
  show('show and render a chart')
}
